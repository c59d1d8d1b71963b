using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public class TrainingExecutorTests
{
    [Theory]
    [InlineData("bn(ratee=1)", "Did you mean 'rate'?")]
    [InlineData("gnn", "does not exist")]
    public void AMistakeInTheLastSchemeStopsBeforeTheFirstTrains(string scheme, string part)
    {
        var root = Path.Combine(Path.GetTempPath(), $"evenkeel-executor-{Guid.NewGuid():N}");
        var plan = AdHocStudy.Compare("compare", new RunSpec { Width = 0.05, TrainImages = 100 }, ["none", scheme], [1], null);
        var error = Assert.Throws<UserException>(
            () => StudyRunner.Run(plan, root, new TrainingExecutor("", threads: 1), CancellationToken.None));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(root));
    }
}
