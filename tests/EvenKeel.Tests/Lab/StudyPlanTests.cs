using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public sealed class StudyPlanTests
{
    private static readonly StudySpec Study = StudyFile.Load("wn-convpool");

    [Fact]
    public void The_carried_study_has_the_five_schemes_and_the_published_figures()
    {
        Assert.Contains("wn-convpool", StudyFile.Names);
        Assert.Equal(["none", "bn", "mobn", "wn", "wn+mobn"], Study.Schemes.Select(scheme => scheme.Scheme));
        PublishedFigures report = Study.Published[0];
        PublishedFigures paper = Study.Published[1];
        Assert.Equal([19.04, 19.17, 19.21, 17.88, 18.33], Study.Schemes.Select(scheme => report.Values[scheme.Scheme]));
        Assert.Equal([8.43, 8.05, 8.52, 8.46, 7.31], Study.Schemes.Select(scheme => paper.Values[scheme.Scheme]));
        Assert.Equal("1602.07868", Study.Sources.Single(source => source.Key == "paper").Arxiv);
    }

    [Fact]
    public void Every_scheme_gets_the_same_seeds_and_every_run_its_own_hash()
    {
        StudyPlan plan = StudyPlan.Make(Study, "full");
        Assert.Equal(25, plan.Runs.Count);
        foreach (StudyScheme scheme in Study.Schemes)
        {
            Assert.Equal(
                [1UL, 2UL, 3UL, 4UL, 5UL],
                plan.Runs.Where(run => run.Scheme == scheme.Scheme).Select(run => run.Seed));
        }

        Assert.Equal(25, plan.Runs.Select(run => run.Hash).Distinct(StringComparer.Ordinal).Count());
        Assert.All(plan.Runs.Take(5), run => Assert.Equal(1UL, run.Seed));
    }

    [Fact]
    public void Profiles_override_what_they_name_and_keep_the_rest()
    {
        RunSpec quick = StudyPlan.Make(Study, "quick").Runs[0];
        Assert.Equal((0.25, 3000, 1000, 7), (quick.Width, quick.TrainImages, quick.TestImages, quick.Epochs));
        Assert.Equal(("convpool-cnn-c", "cifar10", 100, 500), (quick.Model, quick.Data, quick.Batch, quick.InitImages));

        RunSpec smoke = StudyPlan.Make(Study, "smoke").Runs[0];
        Assert.Equal(("shapes10", 1), (smoke.Data, smoke.Epochs));

        StudyPlan full = StudyPlan.Make(Study, "full");
        Assert.Equal((1.0, null, 200), (full.Runs[0].Width, full.Runs[0].TrainImages, full.Runs[0].Epochs));
        Assert.Null(full.Reduced);
        Assert.NotNull(StudyPlan.Make(Study, "quick").Reduced);
    }

    [Fact]
    public void The_paper_variant_merges_into_nested_settings()
    {
        RunSpec reported = StudyPlan.Make(Study, "full", "as-reported").Runs[0];
        RunSpec paper = StudyPlan.Make(Study, "full", "as-in-paper").Runs[0];
        Assert.Equal(("unit", "constant", false), (reported.Preprocess, reported.Schedule.Kind, reported.Optimizer.EpsilonInsideRoot));
        Assert.Equal(("zca", "linear", 0.5), (paper.Preprocess, paper.Schedule.Kind, paper.Schedule.Beta1After));
        Assert.Equal(reported.Optimizer with { EpsilonInsideRoot = true }, paper.Optimizer);
        Assert.Equal("as-reported", StudyPlan.Make(Study, "full").Variant!.Name);
    }

    [Fact]
    public void Own_seeds_replace_the_planned_ones_and_stand_in_the_command()
    {
        StudyPlan plan = StudyPlan.Make(Study, "smoke", "as-in-paper", [7, 8, 7]);
        Assert.Equal([7UL, 8UL], plan.Seeds);
        Assert.Equal(10, plan.Runs.Count);
        Assert.Equal("evenkeel study run wn-convpool --profile smoke --variant as-in-paper --seeds 7,8", plan.Command);
        Assert.Equal("report-smoke-as-in-paper", plan.ReportName);
        Assert.Equal("report-quick", StudyPlan.Make(Study).ReportName);
    }

    [Fact]
    public void Unknown_names_are_answered_with_the_known_ones()
    {
        Assert.Contains("quick, smoke, full", Message(() => StudyPlan.Make(Study, "huge")), StringComparison.Ordinal);
        Assert.Contains("as-reported", Message(() => StudyPlan.Make(Study, null, "x")), StringComparison.Ordinal);
        Assert.Contains("Did you mean wn-convpool?", Message(() => StudyFile.Load("wn-convpol")), StringComparison.Ordinal);
        Assert.Contains("no-such.json", Message(() => StudyFile.Load("no-such.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN"}],"sedes":[1]}""", "own.json has an unknown member \"sedes\". Did you mean \"seeds\"?")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN","colour":1}]}""", "own.json.schemes[0] has an unknown member \"colour\"")]
    [InlineData("""{"name":"a","title":"A","base":{"optimizer":{"learningrate":1}},"schemes":[{"scheme":"bn","label":"BN"}]}""", "own.json.base.optimizer has an unknown member \"learningrate\". Did you mean \"learningRate\"?")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN"}],"profiles":[{"name":"p","description":"","change":{"epoch":3}}]}""", "Did you mean \"epochs\"?")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN"}],"profiles":[{"name":"p","description":"","change":{"epochs":"many"}}]}""", "wrong kind")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"BN"}],"profiles":[{"name":"p","description":"","change":{"epochs":null}}]}""", "wrong kind")]
    [InlineData("""{"name":"a","title":"A","schemes":[]}""", "names no scheme")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"1"},{"scheme":"bn","label":"2"}]}""", "the scheme bn twice")]
    [InlineData("""{"name":"a","title":"A","format":9,"schemes":[{"scheme":"bn","label":"1"}]}""", "format 9")]
    [InlineData("""{"name":"a","title":"A","schemes":[{"scheme":"bn","label":"1"}],"published":[{"source":"x","label":"","metric":"testError","unit":"%","values":{}}]}""", "the source x")]
    [InlineData("""{"name":"a","title":"A","sources":[{"key":"x","title":""}],"schemes":[{"scheme":"bn","label":"1"}],"published":[{"source":"x","label":"","metric":"testError","unit":"%","values":{"wn":1}}]}""", "the scheme wn")]
    [InlineData("""{"name":"a" "title"}""", "own.json is not a study")]
    [InlineData("""{"name":"a","schemes":[]}""", "title")]
    [InlineData("null", "own.json is empty")]
    public void Faulty_studies_are_refused_with_the_place(string text, string expected) =>
        Assert.Contains(expected, Message(() => StudyFile.Parse(text, "own.json")), StringComparison.Ordinal);

    [Fact]
    public void A_comparison_is_a_study_without_a_file()
    {
        StudyPlan plan = AdHocStudy.Compare(
            "compare", new RunSpec { Epochs = 2 }, ["none", "bn(rate=0.01)"], [1, 2], "evenkeel compare", "two epochs");
        Assert.Equal(4, plan.Runs.Count);
        Assert.All(plan.Runs, run => Assert.Equal(2, run.Epochs));
        Assert.Equal(["No normalization", "bn(rate=0.01)"], plan.Study.Schemes.Select(scheme => scheme.Label));
        Assert.Equal(("report", "evenkeel compare", "two epochs"), (plan.ReportName, plan.Command, plan.Reduced));
    }

    private static string Message(Action action) => Assert.Throws<UserException>(action).Message;
}
