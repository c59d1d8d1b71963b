using System.Text.RegularExpressions;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public sealed partial class ReportTests : IDisposable
{
    private static readonly StudySpec Study = StudyFile.Load("wn-convpool");

    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-report-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_page_names_schemes_published_figures_settings_and_the_command()
    {
        StudyPlan plan = Plan(12, [1, 2]);
        string html = Html(Build(plan));
        Assert.Contains("<h1>Weight normalization in ConvPool-CNN-C</h1>", html, StringComparison.Ordinal);
        Assert.All(Study.Schemes, scheme => Assert.Contains($"<b>{scheme.Scheme}</b>", html, StringComparison.Ordinal));
        Assert.All(
            (string[])["19.17", "8.05", "17.88", "7.31", "76.6"],
            figure => Assert.Contains($">{figure}</td>", html, StringComparison.Ordinal));
        Assert.All(
            (string[])["optimizer.epsilonInsideRoot", "labelSmoothing", "1e-8", "6d958be0745778", "A processor of 2 cores",
                "512 bits", "evenkeel study run wn-convpool --profile full --variant as-reported --seeds 1,2", "divided by 255",
                "2026-07-01 08:00:00 UTC", "arXiv:1602.07868", plan.Runs[3].Hash, "812 MiB"],
            text => Assert.Contains(text, html, StringComparison.Ordinal));
        Assert.All(
            (string[])["error", "error-smoothed", "train-loss", "train-error", "error-by-time", "time"],
            id => Assert.Contains($"<figure id=\"chart-{id}\">", html, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_journals_give_the_same_bytes()
    {
        StudyPlan plan = Plan(5, [1, 2]);
        SyntheticRuns.Write(plan, _root);
        ReportFiles first = ReportBuilder.Build(plan, plan.StudyFolder(_root), Path.Combine(_root, "first"));
        ReportFiles second = ReportBuilder.Build(plan, plan.StudyFolder(_root), Path.Combine(_root, "second"));
        Assert.Equal(File.ReadAllBytes(first.HtmlPath), File.ReadAllBytes(second.HtmlPath));
        string[] names = [.. Directory.GetFiles(first.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(first.Folder, path)).Order(StringComparer.Ordinal)];
        Assert.Contains("report.md", names);
        Assert.Contains(Path.Combine("figures", "error.png"), names);
        Assert.All(names, name => Assert.Equal(
            File.ReadAllBytes(Path.Combine(first.Folder, name)), File.ReadAllBytes(Path.Combine(second.Folder, name))));
    }

    [Fact]
    public void The_page_loads_nothing_and_every_tag_is_closed()
    {
        string html = Html(Build(Plan(3, [1])));
        Assert.Empty(Loads().Matches(html));
        Assert.All(Links().Matches(html).Select(link => link.Groups[1].Value), link => Assert.True(
            link.StartsWith("https://arxiv.org/abs/", StringComparison.Ordinal) || html.Contains($" id=\"{link[1..]}\"", StringComparison.Ordinal),
            $"{link} leads nowhere"));
        foreach (string tag in (string[])["svg", "g", "section", "figure", "table", "tr", "td", "div", "button", "text", "script", "ul"])
        {
            int opened = Regex.Count(html, $"<{tag}[ >]");
            Assert.True(opened == Regex.Count(html, $"</{tag}>"), $"<{tag}> is not closed as often as opened");
        }

        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reduced_profile_says_so_in_every_part()
    {
        StudyPlan plan = StudyPlan.Make(Study, "quick", "as-reported");
        ReportFiles files = Build(plan);
        string html = Html(files);
        Assert.Contains("<p class=\"reduced\"><b>Reduced.</b>", html, StringComparison.Ordinal);
        Assert.Contains("quick (reduced)", html, StringComparison.Ordinal);
        Assert.Contains("· reduced runs", html, StringComparison.Ordinal);
        Assert.True(Regex.Count(html, "<em>Reduced runs.</em>") == 6);
        Assert.StartsWith("Reduced: a quarter", files.Notes[0], StringComparison.Ordinal);
        Assert.DoesNotContain("educed", Html(Build(Plan(3, [1]))).Split("</head>")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Means_intervals_and_pairs_come_from_the_last_epoch()
    {
        StudyPlan plan = Plan(8, [1, 2, 3]);
        ReportFiles files = Build(plan);
        SchemeResult wn = files.Data.Settings[0].Schemes[3];
        double[] errors = [.. plan.Runs.Where(run => run.Scheme == "wn").Select(run =>
            100 * JournalReader.Read(RunFolder.For(_root, Study.Name, run))!.Epochs[^1].TestError!.Value)];
        Assert.Equal(errors.Average(), wn.Last!.Mean, 10);
        Assert.Equal(3, wn.Last.Count);
        Assert.True(wn.Best!.Mean <= wn.Last.Mean);
        Assert.Equal(wn.Last.Mean - files.Data.Settings[0].Schemes[0].Last!.Mean, wn.Difference!.Mean, 10);
        Assert.Null(files.Data.Settings[0].Schemes[0].Difference);
        Assert.Equal(47, wn.EpochSeconds!.Value, 0);
        Assert.Contains(" ± ", files.Tables[0].Rows[3].Cells[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_did_not_finish_are_left_out_of_means_and_named()
    {
        StudyPlan plan = Plan(10, [1, 2]);
        SyntheticRuns.Write(plan, _root, (record, number) => number switch
        {
            1 => (record with { Status = RunStatus.Diverged, Message = "The loss became NaN at step 7, first in conv5." }, 4),
            6 => (record with { Status = RunStatus.Diverged }, 2),
            8 => null,
            9 => (record with { Status = RunStatus.Interrupted, End = null }, 6),
            _ => (record, 10),
        });
        ReportFiles files = ReportBuilder.Build(plan, plan.StudyFolder(_root));
        string html = Html(files);
        Assert.Null(files.Data.Settings[0].Schemes[1].Last);
        Assert.Equal("diverged", files.Tables[0].Rows[1].Cells[1]);
        Assert.Equal(1, files.Data.Settings[0].Schemes[3].Last!.Count);
        Assert.Contains("4 of 10 runs did not finish: 2 diverged, 1 not started, 1 interrupted.", html, StringComparison.Ordinal);
        Assert.Contains(files.Notes, note => note.StartsWith(
            "bn: seed 1 diverged after epoch 4 of 10 (The loss became NaN at step 7, first in conv5)", StringComparison.Ordinal));
        Assert.Contains(files.Notes, note => note == "wn: seed 2 not started. The means leave this out.");
        Assert.Equal("1 of 2", files.Tables[0].Rows[4].Cells[^1]);
    }

    [Fact]
    public void A_study_under_way_shows_how_far_it_has_come()
    {
        StudyPlan plan = Plan(10, [1]);
        SyntheticRuns.Write(plan, _root, (record, number) => number == 0 ? (record with { Status = RunStatus.Running, End = null }, 3) : null);
        ReportFiles files = ReportBuilder.Build(plan, plan.StudyFolder(_root));
        Assert.EndsWith("so far", files.Tables[0].Rows[0].Cells[1], StringComparison.Ordinal);
        Assert.Equal("not run", files.Tables[0].Rows[1].Cells[1]);
        Assert.Contains("No run has finished yet", Html(files), StringComparison.Ordinal);
        Assert.DoesNotContain(files.Tables[0].Rows, row => row.IsLowest);
    }

    [Fact]
    public void A_run_without_an_epoch_gives_a_page_without_curves()
    {
        StudyPlan plan = Plan(10, [1]);
        SyntheticRuns.Write(plan, _root, (record, _) => (record with { Status = RunStatus.Diverged, Message = "at step 1" }, 0));
        string html = Html(ReportBuilder.Build(plan, plan.StudyFolder(_root)));
        Assert.Contains("Not measured yet.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_runs_is_a_mistake_of_the_user() => Assert.Contains(
        "run the study first",
        Assert.Throws<UserException>(() => ReportBuilder.Build(Plan(1, [1]), _root)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Texts_of_users_are_escaped()
    {
        StudyPlan plan = AdHocStudy.Compare("compare", new RunSpec(), ["none"], [1], "evenkeel <b>&\"", "<script>alert(1)</script>");
        string html = Html(Build(plan));
        Assert.DoesNotContain("alert(1)</script>", html, StringComparison.Ordinal);
        Assert.Contains("evenkeel &lt;b&gt;&amp;&quot;", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Shown raw")]
    [InlineData(2, "Shown raw")]
    [InlineData(30, "window 29, degree 6, in place of window 51, degree 10")]
    [InlineData(60, "Savitzky-Golay filter: window 51, degree 10.")]
    public void The_caption_says_how_the_curve_was_smoothed(int epochs, string expected) =>
        Assert.Contains(expected, Html(Build(Plan(epochs, [1]))), StringComparison.Ordinal);

    [Fact]
    public void Tables_for_other_programs_hold_every_epoch_and_scheme()
    {
        ReportFiles files = Build(Plan(3, [1, 2]));
        string[] epochs = File.ReadAllLines(Path.Combine(files.Folder, "epochs.csv"));
        string[] summary = File.ReadAllLines(Path.Combine(files.Folder, "summary.csv"));
        Assert.Equal(1 + (5 * 2 * 3), epochs.Length);
        Assert.Equal(6, summary.Length);
        Assert.StartsWith("scheme,seed,folder,epoch,train_loss", epochs[0], StringComparison.Ordinal);
        Assert.StartsWith("none,1,none-1-", epochs[1], StringComparison.Ordinal);
        Assert.All(epochs, line => Assert.Equal(epochs[0].Split(',').Length, line.Split(',').Length));
        Assert.EndsWith("8.43,", summary[1], StringComparison.Ordinal);
    }

    private StudyPlan Plan(int epochs, ulong[] seeds)
    {
        StudySpec shorter = Study with { Profiles = [Study.Profiles[2] with { Change = new() { ["epochs"] = epochs } }] };
        return StudyPlan.Make(shorter, seeds: seeds);
    }

    private ReportFiles Build(StudyPlan plan)
    {
        SyntheticRuns.Write(plan, _root);
        return ReportBuilder.Build(plan, plan.StudyFolder(_root));
    }

    private static string Html(ReportFiles files) => File.ReadAllText(files.HtmlPath);

    [GeneratedRegex("""<link|<img|<iframe|@import|\bsrc=|url\((?!#)|fetch\(|XMLHttpRequest|//cdn""")]
    private static partial Regex Loads();

    [GeneratedRegex("""<[a-z]+ [^>]*href="([^"]*)""")]
    private static partial Regex Links();
}
