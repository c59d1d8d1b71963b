using System.Text;
using System.Text.RegularExpressions;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Tests.Lab;

/// <summary>What a report makes of the diagnostics in journals.</summary>
public sealed class InsideReportTests : IDisposable
{
    private static readonly string[] FigureIds =
        ["effective-step", "weight-norm", "gradient-norm", "dead-units", "mode-gap", "mean-distance", "variance-distance"];

    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-inside-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Without_diagnostics_a_report_has_nothing_of_them()
    {
        StudyData data = Data(withDiagnostics: false);
        Assert.DoesNotContain(ReportCsv.All(data), file => file.Name == "diagnostics.csv");
        Assert.DoesNotContain(ReportFigure.All(data), figure => figure.IsInside);
        Assert.Null(InsideTable.Of(data.Settings[0]));
        StringBuilder html = new();
        InsideSection.Write(html, data, ReportFigure.All(data));
        Assert.Equal("", html.ToString());
    }

    [Fact]
    public void The_page_has_a_section_with_charts_a_table_and_every_layer()
    {
        StudyPlan plan = Leave(withDiagnostics: true);
        ReportFiles files = ReportBuilder.Build(plan, plan.StudyFolder(_root));
        string html = File.ReadAllText(files.HtmlPath);
        string section = html[html.IndexOf("<section id=\"inside\">", StringComparison.Ordinal)..html.IndexOf("<section id=\"settings\">", StringComparison.Ordinal)];
        Assert.All(FigureIds, id =>
        {
            Assert.Contains($"<figure id=\"chart-{id}\">", section, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(files.Folder, "figures", $"{id}.svg")));
            Assert.True(File.Exists(Path.Combine(files.Folder, "figures", $"{id}.png")));
        });
        Assert.Contains("<details><summary>Layers of bn, seed 1, after step 100</summary>", section, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">last.norm</th>", section, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">last.norm.gamma</th>", section, StringComparison.Ordinal);
        Assert.Contains("## Inside the networks", File.ReadAllText(Path.Combine(files.Folder, "report.md")), StringComparison.Ordinal);

        // The other charts stay where they were.
        Assert.DoesNotContain("chart-error\"", section, StringComparison.Ordinal);
    }

    // Effective steps 1/4, 1/16 and 1/64 of layers of norm 2, 4 and 8: the median is that of the middle layer.
    [Fact]
    public void A_scheme_is_summed_up_by_medians_over_layers_and_means_over_seeds()
    {
        SummaryTable table = InsideTable.Of(Data(withDiagnostics: true).Settings[0])!;
        Assert.Equal(["none", "bn"], table.Rows.Select(row => row.Scheme));
        Assert.Equal(["none", "6.3e\u22122", "4.00", "1.0e\u22122", "25.0", "–", "–", "–"], table.Rows[0].Cells);
        Assert.Equal(["bn", "6.3e\u22122", "4.00", "1.0e\u22122", "25.0", "0.2500", "0.150", "0.300"], table.Rows[1].Cells);
    }

    [Fact]
    public void A_curve_has_a_point_for_each_moment_and_a_band_over_the_seeds()
    {
        ReportFigure figure = ReportFigure.All(Data(withDiagnostics: true)).Single(figure => figure.Id == "mean-distance");
        LineSeries series = ((LineChart)figure.Chart!).Series.Single(series => series.Name == "bn");
        Assert.Equal([0.0, 50, 100], series.Curve.X);
        Assert.Equal([0.15, 0.15, 0.15], series.Curve.Mean, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([0.1, 0.1, 0.1], series.Curve.Low);
        Assert.Equal([0.2, 0.2, 0.2], series.Curve.High);
        Assert.True(figure.IsInside);
    }

    [Fact]
    public void Every_number_is_a_row_of_a_table_for_other_programs()
    {
        string[] rows = ReportCsv.All(Data(withDiagnostics: true)).Single(file => file.Name == "diagnostics.csv").Text.Split('\n');
        Assert.Equal("scheme,seed,step,epoch,place,measure,value", rows[0]);
        Assert.Contains("bn,1,100,2,middle,weight_norm,4", rows);
        Assert.Contains("bn,2,0,0,last.norm,mean_distance,0.2", rows);
        Assert.Contains("none,1,50,1,first,dead_share,0.5", rows);
        Assert.Contains("bn,1,50,1,last.norm.gamma,median,0.9", rows);
        Assert.DoesNotContain(rows, row => row.StartsWith("none,", StringComparison.Ordinal) && row.Contains("mean_distance", StringComparison.Ordinal));
    }

    // Identifiers of one page must differ, and each setting folds away.
    [Fact]
    public void Each_setting_has_a_part_of_its_own()
    {
        StudySpec study = AdHocStudy.Compare("axes", new RunSpec { Epochs = 2 }, ["none", "bn"], [1], command: null).Study with
        {
            Axes = [new StudyAxis { Name = "batch", Values = [Batch(10), Batch(50)] }],
        };
        StudyPlan plan = StudyPlan.Make(study);
        LeaveRuns(plan, withDiagnostics: true);
        StudyData data = StudyData.Read(plan, plan.StudyFolder(_root));
        StringBuilder html = new();
        InsideSection.Write(html, data, ReportFigure.All(data));
        Assert.All((string[])["set1-", "set2-"], prefix => Assert.All(
            FigureIds, id => Assert.Single(Regex.Matches(html.ToString(), $"<figure id=\"chart-{prefix}{id}\">"))));
        Assert.Contains("<details open><summary>batch=10</summary>", html.ToString(), StringComparison.Ordinal);
        Assert.Contains("<details><summary>batch=50</summary>", html.ToString(), StringComparison.Ordinal);
        Assert.Equal(Regex.Count(html.ToString(), "<details"), Regex.Count(html.ToString(), "</details>"));
    }

    private static AxisValue Batch(int images) => new() { Name = $"{images}", Change = new() { ["batch"] = images } };

    private static DiagnosticRecord Moment(RunSpec spec, int epoch) => new()
    {
        Step = epoch * 50,
        Epoch = epoch,
        Rate = 1,
        TrainLoss = 2,
        BatchLoss = 1.5,
        EvaluateLoss = spec.Scheme == "bn" ? 1.75 : 1.5,
        Weights =
        [
            new WeightDiagnostic { Layer = "first", Norm = 2, Gradient = 0.1, EffectiveStep = 1 / 4.0 },
            new WeightDiagnostic { Layer = "middle", Norm = 4, Gradient = 0.01, EffectiveStep = 1 / 16.0 },
            new WeightDiagnostic { Layer = "last", Norm = 8, Gradient = 0.001, EffectiveStep = 1 / 64.0 },
        ],
        Gains = spec.Scheme == "bn" ? [ValueDiagnostic.Of("last.norm.gamma", [0.5f, 0.9f, 1.5f]) with { Median = 0.9 }] : [],
        Statistics = spec.Scheme == "bn"
            ? [new StatisticsDiagnostic { Layer = "last.norm", MeanDistance = spec.Seed / 10.0, VarianceDistance = 0.3 }]
            : [],
        Activations =
        [
            new ActivationDiagnostic { Layer = "first", Mean = 0.4, Deviation = 0.6, Dead = 0.5 },
            new ActivationDiagnostic { Layer = "last", Mean = 0.4, Deviation = 0.6, Dead = 0 },
        ],
    };

    private StudyData Data(bool withDiagnostics)
    {
        StudyPlan plan = Leave(withDiagnostics);
        return StudyData.Read(plan, plan.StudyFolder(_root));
    }

    private StudyPlan Leave(bool withDiagnostics)
    {
        StudyPlan plan = AdHocStudy.Compare("compare", new RunSpec { Epochs = 2 }, ["none", "bn"], [1, 2], command: null);
        LeaveRuns(plan, withDiagnostics);
        return plan;
    }

    private void LeaveRuns(StudyPlan plan, bool withDiagnostics)
    {
        SyntheticRuns.Write(plan, _root);
        foreach (RunSpec spec in withDiagnostics ? plan.Runs : [])
        {
            using JournalWriter journal = new(RunFolder.For(_root, plan.Study.Name, spec));
            for (int epoch = 0; epoch <= 2; epoch++)
                journal.Append(Moment(spec, epoch));
        }
    }
}
