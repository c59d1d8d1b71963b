using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Lab.Studies;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

/// <summary>The studies that EvenKeel carries, against the figures of their sources.</summary>
public sealed class CarriedStudyTests
{
    public static TheoryData<string> Names => [.. StudyFile.Names];

    [Fact]
    public void All_studies_of_the_five_reports_are_there() => Assert.Equal(
        ["enorm-mlp", "nm-bwn", "nm-decay", "nm-half", "nm-lp", "wn-convpool", "wn-mnist", "ws-fashion"], StudyFile.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_has_three_profiles_that_can_be_planned_in_every_variant(string name)
    {
        StudySpec study = StudyFile.Load(name);
        Assert.Equal(["full", "quick", "smoke"], study.Profiles.Select(profile => profile.Name).Order(StringComparer.Ordinal));
        Assert.Equal("quick", study.Profiles[0].Name);
        Assert.NotEmpty(study.Claims);
        foreach (StudyProfile profile in study.Profiles)
        {
            StudyPlan plan = StudyPlan.Make(study, profile.Name, study.Variants.Count > 0 ? "all" : null);
            foreach (RunSpec run in plan.Runs)
                SpecCheck.Check(run);
            Assert.Equal(profile.Name switch { "full" => 5, "quick" => 3, _ => 1 }, plan.Seeds.Count);
            Assert.Equal(profile.Name == "full", plan.Reduced is null);
            Assert.All(plan.Runs, run => Assert.True(profile.Name != "smoke" || run.Data == "shapes10"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Schemes_with_the_same_seed_start_from_the_same_weights(string name)
    {
        StudyPlan plan = StudyPlan.Make(StudyFile.Load(name), "smoke");
        PlannedRun[] together = [.. plan.Planned.Where(run => run.Setting.Equals(plan.Planned[0].Setting))];
        using CpuBackend backend = new(1);
        float[][] first = [.. together.Select(run => FirstWeights(run.Spec, backend))];
        Assert.All(first, weights => Assert.Equal(first[0], weights));
        Assert.Single(together.Select(run => (run.Spec.Seed, run.Spec.Batch, run.Spec.TrainImages, run.Spec.Augment)).Distinct());
    }

    [Fact]
    public void The_rates_of_the_equi_normalization_report_are_its_table_1()
    {
        // Rows of the report's table 1: depth, then baseline, BN, ENorm, ENorm + BN.
        (string Depth, double[] Rates)[] table =
        [
            ("1", [0.1, 0.1, 0.05, 0.1]), ("3", [0.1, 0.1, 0.05, 0.1]), ("5", [0.1, 0.1, 0.05, 0.1]), ("7", [0.1, 0.1, 0.05, 0.1]),
            ("9", [0.05, 0.1, 0.05, 0.1]), ("11", [0.05, 0.1, 0.05, 0.1]), ("13", [0.05, 0.1, 0.05, 0.1]),
            ("15", [0.05, 0.1, 0.05, 0.05]), ("17", [0.05, 0.1, 0.01, 0.05]), ("19", [0.05, 0.1, 0.01, 0.05]),
        ];
        StudyPlan plan = StudyPlan.Make(StudyFile.Load("enorm-mlp"), "full", seeds: [1]);
        foreach ((string depth, double[] rates) in table)
        {
            PlannedRun[] runs = [.. plan.Planned.Where(run => run.Setting["depth"] == depth && run.Setting["biases"] == "off")];
            Assert.Equal(rates, runs.Select(run => run.Spec.Optimizer.LearningRate));
            Assert.All(runs, run => Assert.Equal(
                ($"mlp-{depth}", 60, 256, 0.001, "linear", 0.0),
                (run.Spec.Model, run.Spec.Epochs, run.Spec.Batch, run.Spec.Optimizer.WeightDecay, run.Spec.Schedule.Kind, run.Spec.Optimizer.Momentum)));
        }

        Assert.Equal(10 * 6, plan.Runs.Count);
        Assert.All(
            plan.Planned.Where(run => run.Setting["biases"] == "on"),
            run => Assert.Equal($"mlp-{run.Setting["depth"]}-bias", run.Spec.Model));
    }

    [Fact]
    public void The_negative_rate_is_that_of_the_published_code()
    {
        // It subtracts 0.1/60 in each epoch from 0.05: zero at epoch 30, −0.048 at 59.
        StudyPlan plan = StudyPlan.Make(StudyFile.Load("enorm-mlp"), "full", "negative-rate", [1]);
        RunSpec spec = plan.Planned.First(run => run.Scheme.Key == "enorm+bn" && run.Setting["depth"] == "19").Spec;
        double Rate(int epoch) => spec.Optimizer.LearningRate * SpecParts.Schedule(spec.Schedule).Factor(epoch, spec.Epochs);
        Assert.Equal(0.05, Rate(0), 12);
        Assert.Equal(0, Rate(30), 12);
        Assert.Equal(0.05 - (59 * 0.1 / 60), Rate(59), 12);
        RunSpec shallow = plan.Planned.First(run => run.Scheme.Key == "enorm+bn" && run.Setting["depth"] == "13").Spec;
        Assert.Equal(0, shallow.Schedule.To);
    }

    [Fact]
    public void The_split_and_schemes_of_the_weight_standardization_report()
    {
        StudyPlan plan = StudyPlan.Make(StudyFile.Load("ws-fashion"), "full", seeds: [1]);
        Assert.All(plan.Runs, run => Assert.Equal((50_000, 10_000, null, 10), (run.TrainImages, run.ValidationImages, run.TestImages, run.Epochs)));
        Assert.Equal(["2", "32", "128"], plan.Planned.Where(run => run.Setting["variant"] == "as-intended").Select(run => run.Setting["batch"]).Distinct());
        Assert.Contains(plan.Runs, run => run.Scheme == "gn-slabs(groups=32)+ws(preset=ws-tensorflow,applied=false)");
        Assert.Contains(plan.Runs, run => run.Scheme == "gn(groups=32)+ws(preset=ws-tensorflow,layers=convolutions)");
    }

    [Fact]
    public void The_residual_studies_drop_the_rate_and_the_decay_where_the_published_code_does()
    {
        RunSpec spec = StudyPlan.Make(StudyFile.Load("nm-lp"), "full", seeds: [1]).Runs[0];
        Schedule(spec, [(0, 0.1), (80, 0.1), (81, 0.01), (122, 0.001), (164, 0.0001)]);
        Assert.Equal(122, spec.Schedule.DecayUntil);
        RunSpec vgg = StudyPlan.Make(StudyFile.Load("nm-decay"), "full", seeds: [1]).Runs[0];
        Schedule(vgg, [(0, 0.1), (19, 0.1), (20, 0.01), (60, 0.0001)]);
    }

    [Fact]
    public void Weight_decay_ends_where_the_schedule_says()
    {
        RunSpec spec = new()
        {
            Model = "mlp-1",
            Width = 0.02,
            Optimizer = new OptimizerSpec { Kind = "sgd", WeightDecay = 0.1 },
            Schedule = new ScheduleSpec { DecayUntil = 3 },
        };
        using CpuBackend backend = new(1);
        Network network = Build(spec, backend);
        EvenKeel.Optim.Optimizer optimizer = SpecParts.Optimizer(spec.Optimizer, network);
        foreach ((int epoch, double decay) in ((int, double)[])[(0, 0.1), (2, 0.1), (3, 0), (9, 0), (1, 0.1)])
        {
            SpecParts.Apply(spec, SpecParts.Schedule(spec.Schedule), optimizer, epoch);
            Assert.Equal(decay, optimizer.WeightDecay);
        }
    }

    private static void Schedule(RunSpec spec, (int Epoch, double Rate)[] expected)
    {
        foreach ((int epoch, double rate) in expected)
            Assert.Equal(rate, spec.Optimizer.LearningRate * SpecParts.Schedule(spec.Schedule).Factor(epoch, spec.Epochs), 12);
    }

    private static float[] FirstWeights(RunSpec spec, CpuBackend backend) =>
        Build(spec, backend).Parameters.First(parameter => parameter.Kind == ParameterKind.Weight).Value.ToArray();

    private static Network Build(RunSpec spec, CpuBackend backend)
    {
        DataSource source = DataSource.Find(spec.Data);
        ModelSpec model = new(
            new Shape(1, source.Height, source.Width, source.Channels), source.Classes.Count, Scheme.Parse(spec.Scheme), spec.Width, spec.Init);
        return new Network(ModelCatalog.Find(spec.Model).Build(model), model.Image.WithBatch(spec.Batch), backend, spec.Seed);
    }
}
