using System.Text.RegularExpressions;
using EvenKeel.Lab.Claims;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

/// <summary>Reports of studies with axes and claims, over runs whose errors are known in closed form.</summary>
public sealed class StudyReportTests : IDisposable
{
    private const string Text = """
        {
          "name": "own", "title": "Own", "question": "Which?",
          "sources": [{ "key": "report", "title": "A report" }],
          "base": { "epochs": 3, "trainImages": 1000, "testImages": 100 },
          "schemes": [{ "scheme": "none", "label": "None" }, { "scheme": "bn", "label": "Batch norm" }, { "scheme": "wn", "label": "Weight norm" }],
          "seeds": [1, 2, 3],
          "axes": [{ "name": "batch", "label": "images a step", "values": [{ "name": "10", "change": { "batch": 10 } }, { "name": "50", "change": { "batch": 50 } }] }],
          "profiles": [{ "name": "small", "description": "", "reduced": "three epochs" }],
          "published": [{ "source": "report", "label": "Report", "metric": "testAccuracy", "unit": "%", "when": { "batch": "50" }, "values": { "none": 70, "bn": 80, "wn": 75 } }],
          "claims": [
            { "id": "clear", "source": "report, table 1", "words": "BN is better.", "says": "error(bn, batch=50) < error(none, batch=50)" },
            { "id": "mean", "source": "report, table 2", "words": "BN is better on the mean.", "says": "error(bn, batch=*) < error(none, batch=*)" },
            { "id": "best", "source": "report, table 3", "words": "WN at its best batch.", "says": "error(wn, batch=best) > error(bn, batch=best)" },
            { "id": "time", "source": "report, table 4", "words": "BN is slower.", "says": "epoch-time(bn, batch=10) > epoch-time(none, batch=10)" },
            { "id": "epochs", "source": "report, table 5", "words": "BN gets to 30% sooner.", "says": "epochs-to(bn, batch=10, error=30) < epochs-to(none, batch=10, error=30)" },
            { "id": "mean time", "source": "report, table 6", "words": "BN is slower on the mean.", "says": "epoch-time(bn, batch=*) > epoch-time(none, batch=*)" },
            { "id": "count", "source": "report, table 7", "words": "Nothing diverges.", "says": "diverged(bn, batch=*) = 0" }
          ],
          "figures": ["errorOverAxis", "timeOverAxis", "testError", "epochSeconds"]
        }
        """;

    private readonly StudyPlan _plan = StudyPlan.Make(StudyFile.Parse(Text, "own.json"));
    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-own-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Claims_are_judged_on_the_runs()
    {
        WriteRuns();
        StudyData data = StudyData.Read(_plan, _plan.StudyFolder(_root));
        Dictionary<string, ClaimReport> claims = data.Claims.ToDictionary(claim => claim.Claim.Id, StringComparer.Ordinal);

        // Error(scheme, batch, seed, epoch 3): the difference of BN and none is 8 and a wobble of ±0.1 by seed.
        ComparisonResult clear = claims["clear"].Results[0];
        Assert.Equal((Error("bn", 50, 1, 3) + Error("bn", 50, 2, 3) + Error("bn", 50, 3, 3)) / 3, clear.Left!.Mean, 9);
        Assert.Equal((8.0 + 8.1 + 7.9) / 3, clear.Margin!.Mean, 9);
        Assert.Equal(4.302652729696142 * 0.1 / Math.Sqrt(3), clear.Margin.HalfWidth!.Value, 7);
        Assert.Equal(Verdict.Holds, claims["clear"].Verdict);

        Assert.Equal((Error("bn", 50, 1, 3) + Error("bn", 10, 1, 3) + Error("bn", 50, 2, 3) + Error("bn", 10, 2, 3)
            + Error("bn", 50, 3, 3) + Error("bn", 10, 3, 3)) / 6, claims["mean"].Results[0].Left!.Mean, 9);
        Assert.Equal(Error("wn", 10, 2, 3), claims["best"].Results[0].Left!.Mean, 9);
        Assert.Equal((60.0, 50.0), (claims["time"].Results[0].Left!.Mean, claims["time"].Results[0].Right!.Mean));

        // BN is at 30% or below after epoch 2, none never: no number of epochs, and no verdict.
        Assert.Equal(Verdict.Undecided, claims["epochs"].Verdict);
        Assert.Contains("none with seed 1 never reached an error of 30.0%", claims["epochs"].Results[0].Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Holds, claims["count"].Verdict);
        Assert.Equal("Order against “Report”: Kendall’s τ = 1.00 over 3 figures, p = 0.33.", data.Agreements.Single().Sentence);
    }

    [Fact]
    public void Runs_that_are_missing_leave_claims_undecided()
    {
        WriteRuns(run => run.Spec.Scheme != "bn" || run.Seed == 1);
        StudyData data = StudyData.Read(_plan, _plan.StudyFolder(_root));
        Assert.Equal(Verdict.Undecided, data.Claims[0].Verdict);
        Assert.Equal("one seed: bn with seed 2 was not run", data.Claims[0].Results[0].Reason);
        Assert.Equal("bn with seed 2 not started", data.Claims[^1].Results[0].Reason);
    }

    [Fact]
    public void Times_of_different_machines_are_not_compared()
    {
        foreach (PlannedRun run in _plan.Planned)
            Leave("own", run, 0, run is { Seed: 2, Spec.Scheme: "bn" } ? "slow" : "fast");
        IReadOnlyList<ClaimReport> claims = StudyData.Read(_plan, _plan.StudyFolder(_root)).Claims;
        ComparisonResult time = claims.Single(claim => claim.Claim.Id == "time").Results[0];
        Assert.Equal((2, "times with seed 2 are of different machines: slow, 2 threads and fast, 2 threads"), (time.Margin!.Count, time.Reason));
        Assert.Equal(Verdict.Holds, claims[0].Verdict);
        Assert.Equal(3, claims[0].Results[0].Margin!.Count);

        Directory.Delete(_root, recursive: true);
        foreach (PlannedRun run in _plan.Planned)
            Leave("own", run, 0, run.Spec.Scheme == "bn" ? "slow" : "fast");
        claims = StudyData.Read(_plan, _plan.StudyFolder(_root)).Claims;
        time = claims.Single(claim => claim.Claim.Id == "time").Results[0];
        Assert.Equal((Verdict.Undecided, null), (time.Verdict, time.Margin));
        Assert.StartsWith("times with seed 1 are of different machines", time.Reason, StringComparison.Ordinal);

        // Both sides of the mean have both machines, but not for the same batch.
        Directory.Delete(_root, recursive: true);
        foreach (PlannedRun run in _plan.Planned)
            Leave("own", run, 0, run.Spec.Scheme == "bn" == (run.Spec.Batch == 10) ? "slow" : "fast");
        claims = StudyData.Read(_plan, _plan.StudyFolder(_root)).Claims;
        Assert.Null(claims.Single(claim => claim.Claim.Id == "mean time").Results[0].Margin);
    }

    [Fact]
    public void A_single_seed_is_said_to_test_nothing()
    {
        WriteRuns();
        Assert.Contains("correction over 5 comparisons;", Notes(), StringComparison.Ordinal);
        Directory.Delete(_root, recursive: true);
        WriteRuns(run => run.Seed == 1);
        Assert.Contains("No margin can be tested", Notes(), StringComparison.Ordinal);
        Assert.DoesNotContain("Holm", Notes(), StringComparison.Ordinal);

        string Notes() => string.Join('\n', ClaimTable.Of(StudyData.Read(_plan, _plan.StudyFolder(_root)))!.Notes);
    }

    [Fact]
    public void The_report_shows_settings_claims_and_figures()
    {
        WriteRuns();
        PlanFile.Save(_plan, _plan.StudyFolder(_root));
        ReportFiles files = ReportBuilder.Build(_plan, _plan.StudyFolder(_root));
        string html = File.ReadAllText(files.HtmlPath);
        Assert.All(
            (string[])["<details open><summary>batch=10</summary>", "<details><summary>batch=50</summary>", "id=\"chart-error-by-batch\"",
                "id=\"chart-set1-error\"", "id=\"chart-set2-published\"", "\"names\":[\"10\",\"50\"]", "<span class=\"verdict holds\">holds</span>",
                "error(bn, batch=50) &lt; error(none, batch=50)", "never reached an error of 30.0%"],
            part => Assert.Contains(part, html, StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        foreach (string tag in (string[])["details", "summary", "section", "figure", "table", "tr", "td", "small", "code", "span"])
            Assert.True(Regex.Count(html, $"<{tag}[ >]") == Regex.Count(html, $"</{tag}>"), $"<{tag}> is not closed as often as opened");

        string markdown = File.ReadAllText(Path.Combine(files.Folder, "report.md"));
        Assert.Contains("| BN is better. | report, table 1 |", markdown, StringComparison.Ordinal);
        Assert.Contains("![Test error by images a step](figures/error-by-batch.svg)", markdown, StringComparison.Ordinal);
        foreach (Match link in Regex.Matches(markdown, @"\]\((figures/[^)]+)\)"))
            Assert.True(File.Exists(Path.Combine(files.Folder, link.Groups[1].Value)), link.Value);
        string latex = File.ReadAllText(Path.Combine(files.Folder, "tables.tex"));
        Assert.Equal(Regex.Count(latex, @"\\begin\{tabular\}"), Regex.Count(latex, @"\\end\{tabular\}"));
        Assert.Contains("$\\pm$", latex, StringComparison.Ordinal);
        Assert.DoesNotContain("±", latex, StringComparison.Ordinal);

        string[] claims = File.ReadAllLines(Path.Combine(files.Folder, "claims.csv"));
        Assert.Equal(8, claims.Length);
        Assert.Contains(",holds,", claims[1], StringComparison.Ordinal);
        string[] epochs = File.ReadAllLines(Path.Combine(files.Folder, "epochs.csv"));
        Assert.StartsWith("scheme,batch,seed,folder,epoch", epochs[0], StringComparison.Ordinal);
        Assert.Equal(1 + (3 * 2 * 3 * 3), epochs.Length);
        Assert.Equal(1 + (3 * 2 * 3), File.ReadAllLines(Path.Combine(files.Folder, "runs.csv")).Length);
    }

    [Fact]
    public void A_folder_of_runs_alone_gives_its_reports_byte_for_byte_wherever_it_lies()
    {
        WriteRuns();
        string folder = _plan.StudyFolder(_root);
        PlanFile.Save(_plan, folder);
        ReportFiles first = ReportBuilder.Build(_plan, folder);
        Dictionary<string, byte[]> before = Contents(first.Folder);
        Directory.Delete(first.Folder, recursive: true);
        string elsewhere = Path.Combine(_root, "moved");
        Directory.Move(folder, elsewhere);

        StudyPlan found = Assert.Single(PlanFile.Load(elsewhere));
        Assert.Equal(_plan.Runs.Select(run => run.Hash), found.Runs.Select(run => run.Hash));
        Dictionary<string, byte[]> after = Contents(ReportBuilder.Build(found, elsewhere).Folder);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, file => Assert.Equal(file.Value, after[file.Key]));
        Assert.True(PlanFile.IsPlan(Path.Combine(elsewhere, "plan-small.json")));
        Assert.False(PlanFile.IsPlan(Path.Combine(elsewhere, "other.json")));
    }

    [Theory]
    [InlineData("null", "is not a plan of a study")]
    [InlineData("{", "is not a plan of a study")]
    [InlineData("""{"format":9,"study":{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN"}]},"seeds":[1]}""", "format 9")]
    public void A_damaged_plan_is_answered_with_a_sentence(string text, string expected)
    {
        string path = Path.Combine(_root, "plan.json");
        File.WriteAllText(path, text);
        Assert.Contains(expected, Assert.Throws<UserException>(() => PlanFile.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_of_a_study_stand_beside_each_other()
    {
        WriteRuns();
        StudyData first = StudyData.Read(_plan, _plan.StudyFolder(_root));
        StudyPlan other = StudyPlan.Make(_plan.Study with { Base = _plan.Study.Base with { Augment = "flip" }, Name = "other" }, seeds: [2, 3]);
        foreach (PlannedRun run in other.Planned)
            Leave("other", run, shift: 2);
        StudyComparison comparison = new(first, StudyData.Read(other, other.StudyFolder(_root)));
        SummaryTable results = comparison.Results();
        Assert.Equal(6, results.Rows.Count);
        Assert.All(results.Rows, row => Assert.StartsWith("+2.00 ± 0.00", row.Cells[4], StringComparison.Ordinal));
        Assert.Equal(7, comparison.Claims()!.Rows.Count);
        Assert.Contains(comparison.Differences()!.Rows, row => row.Cells.SequenceEqual(["augment", "none", "flip"]));

        StudySpec third = _plan.Study with { Schemes = [new StudyScheme { Scheme = "gn", Label = "GN" }], Claims = [], Published = [], Name = "third" };
        StudyPlan apart = StudyPlan.Make(third);
        Leave("third", apart.Planned[0], 0);
        UserException problem = Assert.Throws<UserException>(
            () => new StudyComparison(first, StudyData.Read(apart, apart.StudyFolder(_root))).Results());
        Assert.Contains("no scheme and setting in common", problem.Message, StringComparison.Ordinal);
    }

    // Percent. Against none, BN is better by 8.0, 8.1 and 7.9 with seeds 1, 2 and 3, and by 11 more at a batch of 10.
    private static double Error(string scheme, int batch, ulong seed, int epoch)
    {
        double gain = scheme switch { "bn" => 8 + (seed switch { 2 => 0.1, 3 => -0.1, _ => 0 }), "wn" => 5, _ => 0 };
        double small = (scheme, batch) switch { (_, 50) => 0, ("bn", _) => -9, ("wn", _) => -1, _ => 2 };
        return 40 - gain + small + seed + ((3 - epoch) * 0.5);
    }

    private void WriteRuns(Func<PlannedRun, bool>? which = null)
    {
        foreach (PlannedRun run in _plan.Planned.Where(which ?? (_ => true)))
            Leave("own", run, 0);
    }

    private void Leave(string study, PlannedRun run, double shift, string cpu = "")
    {
        RunFolder folder = RunFolder.For(_root, study, run.Spec);
        folder.Write(new RunRecord { Spec = run.Spec, Status = RunStatus.Finished, Machine = new() { Cpu = cpu, Threads = 2 } });
        using JournalWriter journal = new(folder);
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            double error = (Error(run.Spec.Scheme, run.Spec.Batch, run.Seed, epoch) + shift) / 100;
            journal.Append(new EpochRecord
            {
                Epoch = epoch,
                TestError = error,
                TestLoss = 3 * error,
                TrainLoss = 2 * error,
                TrainError = error,
                Seconds = run.Spec.Scheme == "bn" ? 60 : 50,
            });
        }
    }

    private static Dictionary<string, byte[]> Contents(string folder) => Directory
        .GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes, StringComparer.Ordinal);
}
