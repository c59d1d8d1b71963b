using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public sealed class StudyRunnerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-study-").FullName;
    private readonly StudyPlan _plan =
        AdHocStudy.Compare("compare", new RunSpec(), ["none", "bn", "wn"], [1], "evenkeel compare");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Runs_go_in_the_order_of_the_plan_and_are_watched()
    {
        FakeExecutor executor = new();
        Watcher watcher = new();
        StudyResult result = StudyRunner.Run(_plan, _root, executor, CancellationToken.None, watcher);
        Assert.Equal(["none", "bn", "wn"], executor.Schemes);
        Assert.All(result.Results, run => Assert.Equal(RunStatus.Finished, run.Outcome.Status));
        Assert.False(result.Interrupted || result.AnyDiverged);
        Assert.Equal(
            ["start 1/3 none", "end 1/3 Finished", "start 2/3 bn", "end 2/3 Finished", "start 3/3 wn", "end 3/3 Finished"],
            watcher.Seen);
    }

    [Fact]
    public void Ended_runs_are_skipped_and_unfinished_ones_resumed()
    {
        Leave(0, RunStatus.Finished);
        Leave(1, RunStatus.Running);
        Leave(2, RunStatus.Diverged);
        FakeExecutor executor = new();
        Watcher watcher = new();
        StudyResult result = StudyRunner.Run(_plan, _root, executor, CancellationToken.None, watcher);
        Assert.Equal(["bn"], executor.Schemes);
        Assert.Equal([true, false, true], result.Results.Select(run => run.Skipped));
        Assert.True(result.AnyDiverged);
        Assert.Contains("resume 2/3 bn", watcher.Seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_diverged_run_does_not_stop_the_others_and_is_recorded(bool throws)
    {
        FakeExecutor executor = new()
        {
            Act = spec => spec.Scheme != "bn" ? new RunOutcome(RunStatus.Finished)
                : throws ? throw new DivergedException("conv1 at step 3") : new RunOutcome(RunStatus.Diverged, "conv1 at step 3"),
        };
        StudyResult result = StudyRunner.Run(_plan, _root, executor, CancellationToken.None);
        Assert.Equal(3, executor.Schemes.Count);
        Assert.Equal(RunStatus.Diverged, result.Results[1].Outcome.Status);
        RunRecord record = result.Results[1].Folder.Read()!;
        Assert.Equal((RunStatus.Diverged, "conv1 at step 3"), (record.Status, record.Message));
        Assert.NotNull(record.End);

        FakeExecutor again = new();
        StudyRunner.Run(_plan, _root, again, CancellationToken.None);
        Assert.Empty(again.Schemes);
    }

    [Fact]
    public void An_interruption_ends_the_study_and_the_next_start_goes_on_there()
    {
        FakeExecutor executor = new()
        {
            Act = spec => spec.Scheme == "bn" ? throw new OperationCanceledException() : new RunOutcome(RunStatus.Finished),
        };
        StudyResult result = StudyRunner.Run(_plan, _root, executor, CancellationToken.None);
        Assert.True(result.Interrupted);
        Assert.Equal(2, result.Results.Count);
        Assert.Equal(RunStatus.Interrupted, result.Results[1].Folder.Read()!.Status);

        FakeExecutor next = new();
        Assert.False(StudyRunner.Run(_plan, _root, next, CancellationToken.None).Interrupted);
        Assert.Equal(["bn", "wn"], next.Schemes);
    }

    [Fact]
    public void A_request_to_stop_before_a_run_starts_none()
    {
        FakeExecutor executor = new();
        Assert.True(StudyRunner.Run(_plan, _root, executor, new CancellationToken(canceled: true)).Interrupted);
        Assert.Empty(executor.Schemes);
    }

    [Fact]
    public void A_mistake_of_the_user_stops_the_study()
    {
        FakeExecutor executor = new() { Act = _ => throw new UserException("no data") };
        Assert.Throws<UserException>(() => StudyRunner.Run(_plan, _root, executor, CancellationToken.None));
        Assert.Single(executor.Schemes);
    }

    [Fact]
    public void A_study_can_be_made_of_runs_that_are_already_there()
    {
        Leave(0, RunStatus.Finished);
        Leave(2, RunStatus.Finished);
        RunSpec other = _plan.Runs[1] with { Epochs = 99 };
        RunFolder.For(_root, "compare", other).Write(new RunRecord { Spec = other });
        StudyPlan found = AdHocStudy.FromRuns(_plan.StudyFolder(_root));
        Assert.Equal(["none", "wn"], found.Runs.Select(run => run.Scheme).Order(StringComparer.Ordinal));
        Assert.Contains("1 more run", found.Study.Question, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => AdHocStudy.FromRuns(Path.Combine(_root, "empty")));
    }

    private void Leave(int run, RunStatus status) => RunFolder.For(_root, "compare", _plan.Runs[run])
        .Write(new RunRecord { Spec = _plan.Runs[run], Status = status });

    private sealed class FakeExecutor : IRunExecutor
    {
        public List<string> Schemes { get; } = [];

        public Func<RunSpec, RunOutcome> Act { get; init; } = _ => new RunOutcome(RunStatus.Finished);

        public RunOutcome Execute(RunSpec spec, RunFolder folder, CancellationToken cancel, IRunObserver? observer)
        {
            Schemes.Add(spec.Scheme);
            folder.Write(new RunRecord { Spec = spec });
            return Act(spec);
        }
    }

    private sealed class Watcher : IStudyObserver
    {
        public List<string> Seen { get; } = [];

        public IRunObserver? RunStarting(int number, int count, PlannedRun planned, bool resumes)
        {
            Seen.Add($"{(resumes ? "resume" : "start")} {number}/{count} {planned.Scheme.Key}");
            return null;
        }

        public void RunEnded(int number, int count, RunResult result) =>
            Seen.Add($"end {number}/{count} {result.Outcome.Status}");
    }
}
