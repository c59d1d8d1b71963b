using System.Text.Json.Nodes;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public sealed class StudyAxisTests : IDisposable
{
    private const string Text = """
        {
          "name": "own", "title": "Own", "restarts": 2,
          "base": { "epochs": 2, "trainImages": 1000, "testImages": 100, "batch": 50 },
          "schemes": [{ "scheme": "none", "label": "None" }, { "name": "norm", "scheme": "bn", "label": "BN" }],
          "seeds": [1, 2],
          "axes": [
            { "name": "batch", "values": [{ "name": "2", "change": { "batch": 2 } }, { "name": "50", "change": { "batch": 50 } }] },
            { "name": "model", "values": [{ "name": "wide" }, { "name": "thin", "change": { "width": 0.5 } }] }
          ],
          "variants": [{ "name": "plain", "description": "" }, { "name": "ghost", "description": "" }],
          "rules": [
            { "when": { "scheme": ["norm"], "variant": ["ghost"] }, "change": { "scheme": "ghost(size=2)" } },
            { "when": { "batch": ["2"], "model": ["thin"] }, "skip": true },
            { "when": { "profile": ["small"], "scheme": ["norm"] }, "change": { "epochs": 5 } }
          ],
          "profiles": [{ "name": "all", "description": "" }, { "name": "small", "description": "", "axes": { "batch": ["50"] }, "schemes": ["norm"], "variants": ["plain", "ghost"], "seeds": [9] }],
          "claims": [{ "id": "c", "source": "s", "words": "w", "says": "error(norm, batch=*, model=wide) < error(none, batch=*, model=wide)" }]
        }
        """;

    private static readonly StudySpec Study = StudyFile.Parse(Text, "own.json");

    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-axes-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_scheme_runs_in_every_setting_but_those_left_out()
    {
        StudyPlan plan = StudyPlan.Make(Study);
        Assert.Equal(["batch=2, model=wide", "batch=50, model=wide", "batch=50, model=thin"], plan.Settings.Select(setting => setting.Key));
        Assert.Equal(2 * 3 * 2, plan.Runs.Count);
        Assert.All(plan.Planned, run => Assert.Equal(run.Setting["batch"], $"{run.Spec.Batch}"));
        Assert.Equal(0.5, plan.Planned.First(run => run.Setting["model"] == "thin").Spec.Width);
        Assert.Equal(["none", "bn"], plan.Runs.Take(2).Select(run => run.Scheme));
        foreach (var setting in plan.Planned.GroupBy(run => run.Setting))
            Assert.All(setting.GroupBy(run => run.Seed), seed => Assert.Single(seed.Select(run => (run.Spec with { Scheme = "" }).Hash).Distinct()));
    }

    [Fact]
    public void A_profile_takes_some_values_schemes_and_variants()
    {
        StudyPlan plan = StudyPlan.Make(Study, "small");
        Assert.Equal(["variant=plain, batch=50, model=wide", "variant=plain, batch=50, model=thin", "variant=ghost, batch=50, model=wide", "variant=ghost, batch=50, model=thin"],
            plan.Settings.Select(setting => setting.Key));
        Assert.Equal(["bn", "bn", "ghost(size=2)", "ghost(size=2)"], plan.Runs.Select(run => run.Scheme));
        Assert.All(plan.Runs, run => Assert.Equal((5, 9UL), (run.Epochs, run.Seed)));
        Assert.Equal("report-small", plan.ReportName);
        Assert.Equal("report-small-ghost", StudyPlan.Make(Study, "small", "ghost").ReportName);
        Assert.Equal(6, StudyPlan.Make(Study, "all", "all", [1]).Planned.Count(run => run.Scheme.Key == "norm"));
    }

    [Fact]
    public void A_choice_of_values_keeps_those_runs_of_the_whole_study()
    {
        StudyPlan all = StudyPlan.Make(Study);
        StudyPlan plan = StudyPlan.Make(Study, only: ["batch=50", "model=thin,wide"]);
        Assert.Equal(["batch=50, model=wide", "batch=50, model=thin"], plan.Settings.Select(setting => setting.Key));
        Assert.Equal(all.Runs.Where(run => run.Batch == 50).Select(run => run.Hash), plan.Runs.Select(run => run.Hash));
        Assert.Equal("report-all-batch-50-model-wide+thin", plan.ReportName);
        Assert.Equal("only batch 50 and model wide, thin.", plan.Part);
        Assert.Null(plan.Reduced);
        Assert.EndsWith(" --only batch=50 --only model=wide,thin", plan.Command, StringComparison.Ordinal);
        PlanFile.Save(plan, _root);
        StudyPlan found = Assert.Single(PlanFile.Load(_root));
        Assert.Equal(plan.Runs.Select(run => run.Hash), found.Runs.Select(run => run.Hash));
        Assert.Equal((plan.ReportName, plan.Part, plan.Command), (found.ReportName, found.Part, found.Command));
    }

    [Theory]
    [InlineData("batch", "--only batch is not such as depth=1,5")]
    [InlineData("batch=", "--only batch= is not such as depth=1,5")]
    [InlineData("deep=1", "the study own has no axis deep. It has: batch, model.")]
    [InlineData("batch=50,3", "batch has no value 3 in this profile. It has: 2, 50.")]
    public void A_faulty_choice_says_what_there_is(string text, string expected)
    {
        UserException problem = Assert.Throws<UserException>(() => StudyPlan.Make(Study, only: [text]));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<UserException>(() => StudyPlan.Make(Study, only: ["batch=2", "batch=50"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error(norm, batch=2) < 3", "The study own, claim c, column 1 of \"error(norm, batch=2) < 3\": say which model, such as model=wide, or model=* for the mean over all.")]
    [InlineData("error(bn, batch=2, model=wide) < 3", "column 7 of \"error(bn, batch=2, model=wide) < 3\": the study has no scheme 'bn'; it has: none, norm.")]
    [InlineData("error(norm, batch=3, model=wide) < 3", "batch has no value '3'; it has: 2, 50")]
    [InlineData("error(norm, batch=2, model=wide, deep=1) < 3", "the study has no axis 'deep'")]
    [InlineData("error(norm, batch=2, model=wide, variant=*) < 3", "variant has no value '*'")]
    [InlineData("error(norm", "column 11")]
    public void A_faulty_claim_names_study_claim_and_column(string says, string expected)
    {
        JsonNode study = JsonNode.Parse(Text)!;
        study["claims"]![0]!["says"] = says;
        UserException problem = Assert.Throws<UserException>(() => StudyFile.Parse(study.ToJsonString(), "own.json"));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rules":[{"when":{"batch":["3"]}}]}""", "a rule's \"when\" names the batch 3, which the study does not have; it has: 2, 50.")]
    [InlineData("""{"rules":[{"when":{"depth":["3"]}}]}""", "a rule's \"when\" names depth; expected one of scheme, variant, profile, batch, model.")]
    [InlineData("""{"rules":[{"when":{},"change":{"epoch":1}}]}""", "Did you mean \"epochs\"?")]
    [InlineData("""{"axes":[{"name":"batch","values":[]}]}""", "the axis batch has no value")]
    [InlineData("""{"axes":[{"name":"variant","values":[{"name":"1"}]}]}""", "an axis cannot be named variant")]
    [InlineData("""{"axes":[{"name":"a","values":[{"name":"1"},{"name":"1"}]}]}""", "the value of a 1 twice")]
    [InlineData("""{"profiles":[{"name":"p","description":"","axes":{"batch":["7"]}}]}""", "profile p names the batch 7")]
    [InlineData("""{"profiles":[{"name":"p","description":"","schemes":["bn"]}]}""", "profile p names the scheme bn")]
    public void Faulty_axes_rules_and_profiles_are_refused(string change, string expected)
    {
        JsonObject study = JsonNode.Parse(Text)!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
            study[name] = value!.DeepClone();
        if (!change.Contains("rules", StringComparison.Ordinal))
        {
            study.Remove("rules");
            study.Remove("claims");
            if (!change.Contains("profiles", StringComparison.Ordinal))
                study.Remove("profiles");
        }

        Assert.Contains(expected, Assert.Throws<UserException>(() => StudyFile.Parse(study.ToJsonString(), "own.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scheme_that_follows_another_names_its_run_of_the_same_seed()
    {
        StudyPlan plan = StudyPlan.Make(StudyFile.Load("nm-decay"), "smoke", seeds: [4]);
        string recorded = RunFolder.NameOf(plan.Runs[0]);
        Assert.Equal($"bn+wdmimic(from=../{recorded})", plan.Runs[2].Scheme);
        Assert.StartsWith("bn_record-4-", recorded.Replace('+', '_'), StringComparison.Ordinal);

        JsonObject study = JsonNode.Parse(Text)!.AsObject();
        study["schemes"]![0]!["name"] = "none";
        study["schemes"]![0]!["scheme"] = "bn+wdmimic(from={norm})";
        UserException problem = Assert.Throws<UserException>(() => StudyPlan.Make(StudyFile.Parse(study.ToJsonString(), "own.json")));
        Assert.Contains("must be a scheme that stands before it", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverges_starts_again_from_other_weights_and_is_counted()
    {
        StudyPlan plan = StudyPlan.Make(Study, "all", "plain", [1, 2]);
        SyntheticRuns.Write(plan, _root);
        PlannedRun first = plan.Planned[0];
        foreach (PlannedRun planned in plan.Planned.Where(run => run.Setting.Equals(first.Setting) && run.Scheme.Key == "none"))
            Diverge(planned.Spec);
        StudyRunner.Run(plan, _root, new Replacement(diverges: 1_000_001), CancellationToken.None);

        ReportData setting = StudyData.Read(plan, plan.StudyFolder(_root)).Settings[0];
        SchemeResult none = setting.Find("none")!;
        Assert.Equal((3, 3, 2), (none.Diverged, none.Restarts, none.Finished));
        Assert.Equal([2_000_001UL, 1_000_002UL], none.Runs.Select(run => run.Spec.Seed));
        Assert.Equal([1UL, 2UL], none.LastBySeed.Keys.Order());
    }

    [Fact]
    public void A_run_that_never_survives_is_lost()
    {
        StudyPlan plan = StudyPlan.Make(Study, "all", "plain", [1]);
        Diverge(plan.Runs[0]);
        StudyResult result = StudyRunner.Run(plan, _root, new Replacement(diverges: null), CancellationToken.None);
        Assert.Equal((RunStatus.Diverged, 2), (result.Results[0].Outcome.Status, result.Results[0].Restarts));
        Assert.True(StudyRunner.Run(plan, _root, new Replacement(diverges: 1), CancellationToken.None).Results[0].Skipped);
    }

    private void Diverge(RunSpec spec)
    {
        RunFolder folder = RunFolder.For(_root, "own", spec);
        folder.Write(new RunRecord { Spec = spec, Status = RunStatus.Diverged });
    }

    // Finishes runs at once; those with a seed above a million diverge if it is the given one, or all if none is given.
    private sealed class Replacement(ulong? diverges) : IRunExecutor
    {
        public RunOutcome Execute(RunSpec spec, RunFolder folder, CancellationToken cancel, IRunObserver? observer)
        {
            bool bad = spec.Seed > 1_000_000 && (diverges is null || spec.Seed == diverges);
            RunStatus status = bad ? RunStatus.Diverged : RunStatus.Finished;
            folder.Write(new RunRecord { Spec = spec, Status = status });
            using (JournalWriter journal = new(folder))
                journal.Append(new EpochRecord { Epoch = spec.Epochs, TestError = 0.5, TrainLoss = 1 });
            return new RunOutcome(status);
        }
    }
}
