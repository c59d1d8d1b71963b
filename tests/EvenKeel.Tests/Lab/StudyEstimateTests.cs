using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public sealed class StudyEstimateTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-plan-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Steps_and_seconds_add_up_and_ended_runs_cost_nothing()
    {
        RunSpec common = new() { Epochs = 3, TrainImages = 1030, TestImages = 100, Batch = 50 };
        StudyPlan plan = AdHocStudy.Compare("compare", common, ["none", "bn"], [1, 2], command: null);
        List<string> timed = [];
        StudyEstimate Estimate() => StudyEstimate.Of(plan, _root, spec =>
        {
            timed.Add(spec.Scheme);
            return spec.Scheme == "bn" ? new StepSeconds(0.2, 0.1) : new StepSeconds(0.1, 0.05);
        });

        // 20 whole batches of 50 in 1,030 images, 3 epochs: 60 steps a run; two batches of test images an epoch.
        StudyEstimate all = Estimate();
        Assert.Equal((4, 240L, 0), (all.Runs, all.Steps, all.Done));
        Assert.Equal((2 * ((60 * 0.1) + (6 * 0.05))) + (2 * ((60 * 0.2) + (6 * 0.1))), all.Seconds, 10);
        Assert.Equal(["none", "bn"], timed);

        RunFolder.For(_root, "compare", plan.Runs[1]).Write(new RunRecord { Spec = plan.Runs[1], Status = RunStatus.Finished });
        StudyEstimate rest = Estimate();
        Assert.Equal((3, 180L, 1), (rest.Runs, rest.Steps, rest.Done));
    }

    [Fact]
    public void Runs_with_the_same_spec_are_counted_once()
    {
        StudyPlan plan = StudyPlan.Make(StudyFile.Load("wn-convpool"), "smoke", "as-reported,exp");
        StudyEstimate estimate = StudyEstimate.Of(plan, _root, _ => new StepSeconds(1, 1));
        Assert.Equal(10, plan.Planned.Count);
        Assert.Equal(7, estimate.Runs);
    }

    [Theory]
    [InlineData("bn+record")]
    [InlineData("bn+wdmimic(from=../other)")]
    [InlineData("bn+normschedule(from=../other)")]
    [InlineData("enorm(c=1.2)")]
    public void A_step_of_any_scheme_can_be_timed_without_data_or_other_runs(string scheme)
    {
        RunSpec spec = new() { Model = "mlp-1", Width = 0.02, Scheme = scheme, Batch = 4, Optimizer = new OptimizerSpec { Kind = "sgd" } };
        StepSeconds seconds = new StepTimer(1).Measure(spec, CancellationToken.None);
        Assert.True(seconds.Train > 0 && seconds.Evaluate > 0);
        Assert.False(File.Exists("norms.ekpt"));
    }
}
