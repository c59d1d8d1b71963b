using EvenKeel.Modules;
using EvenKeel.Optim;

namespace EvenKeel.Training;

/// <summary>Builds optimizers and schedules from their specs.</summary>
internal static class SpecParts
{
    public static Optimizer Optimizer(OptimizerSpec spec, Network network)
    {
        if (!(spec.LearningRate >= 0)) throw new UserException($"The learning rate is {spec.LearningRate}: expected 0 or more.");
        if (!(spec.ClipNorm >= 0)) throw new UserException($"clipNorm is {spec.ClipNorm}: expected 0 (none) or more, such as 5.");
        return spec.Kind switch
        {
            "sgd" => new Sgd(network, spec.Momentum, spec.Nesterov)
            {
                LearningRate = spec.LearningRate,
                WeightDecay = spec.WeightDecay,
                DecayScope = spec.DecayScope,
                ClipNorm = spec.ClipNorm,
            },
            "adam" => Adam(spec, network, AdamKind.Adam),
            "adamw" => Adam(spec, network, AdamKind.AdamW),
            "adamax" => Adam(spec, network, AdamKind.Adamax),
            _ => throw new UserException(
                $"Optimizer '{spec.Kind}' does not exist: {NearestName.Expected(spec.Kind, ["sgd", "adam", "adamw", "adamax"])}"),
        };
    }

    public static Schedule Schedule(ScheduleSpec spec) => spec.Kind switch
    {
        "constant" => Optim.Schedule.Constant,
        "linear" => spec.From is >= 0 and < 1
            ? new LinearSchedule(spec.From, spec.To)
            : throw new UserException($"A linear schedule from {spec.From}: expected a share of the run, 0 to below 1."),
        "steps" => new StepSchedule(spec.At, spec.Factor),
        "cosine" => new CosineSchedule(),
        _ => throw new UserException(
            $"Schedule '{spec.Kind}' does not exist: {NearestName.Expected(spec.Kind, ["constant", "linear", "steps", "cosine"])}"),
    };

    /// <summary>Sets rate and β1 for an epoch.</summary>
    public static void Apply(RunSpec spec, Schedule schedule, Optimizer optimizer, int epoch)
    {
        optimizer.LearningRate = spec.Optimizer.LearningRate * schedule.Factor(epoch, spec.Epochs);
        if (spec.Schedule.DecayUntil is { } end) optimizer.WeightDecay = epoch < end ? spec.Optimizer.WeightDecay : 0;
        if (optimizer is Adam adam && spec.Schedule.Beta1After is { } later)
            adam.Beta1 = epoch >= spec.Schedule.From * spec.Epochs ? later : spec.Optimizer.Beta1;
    }

    private static Adam Adam(OptimizerSpec spec, Network network, AdamKind kind) => new(network, kind)
    {
        LearningRate = spec.LearningRate,
        WeightDecay = spec.WeightDecay,
        DecayScope = spec.DecayScope,
        ClipNorm = spec.ClipNorm,
        Beta1 = spec.Beta1,
        Beta2 = spec.Beta2,
        Epsilon = spec.Epsilon,
        EpsilonInsideRoot = spec.EpsilonInsideRoot,
    };
}
