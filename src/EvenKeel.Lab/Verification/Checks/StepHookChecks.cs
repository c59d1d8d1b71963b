using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Methods around optimizer steps: some steps from given gradients, or the gradients alone.</summary>
internal static class StepHookChecks
{
    private const string Layer = "w";

    public static void WeightDecayMimic(GoldenCase golden)
    {
        var limit = golden.Config.Has("max_ratio") ? (float)golden.Config.Number("max_ratio") : float.PositiveInfinity;
        var norm = new WeightDecayMimic { MaxRatio = limit, Dense = true };
        var ratios = new List<float>();
        var recording = Recording(golden, "in.norms");
        Run(
            golden, network => new WeightDecayMimic.Correction(norm, network, recording),
            hook => ratios.AddRange(hook.Ratios.Single()));
        golden.Compare("out.ratio", [.. ratios], golden.Input("in.norms").Sizes);
    }

    public static void NormSchedule(GoldenCase golden)
    {
        var recording = Recording(golden, "in.targets");
        Run(
            golden,
            network => new NormScheduling.Schedule(new NormScheduling { Growth = 1f, Dense = true }, network, recording),
            _ => { });
    }

    public static void AdaptiveGradientClipping(GoldenCase golden)
    {
        var norm = new AdaptiveGradientClipping
        {
            Clip = (float)golden.Config.Number("clip", 0.01),
            Epsilon = (float)golden.Config.Number("eps", 1e-3),
        };
        norm.Validate();
        var network = OptimizerChecks.ParameterNetwork(golden);
        foreach (var parameter in network.Parameters)
        {
            var gradient = golden.Input($"in.grad.{parameter.Name}");
            OptimizerChecks.SetGradient(parameter.Value, gradient.Values, gradient.Sizes);
        }

        norm.Hook(network, new Sgd(network)).BeforeUpdate(new StepTime(1, 0));
        foreach (var parameter in network.Parameters) golden.CompareWeight($"out.{parameter.Name}", parameter.Value.Gradient);
    }

    // Step t of the file is the only step of epoch t here.
    private static NormRecording Recording(GoldenCase golden, string name)
    {
        var array = golden.Input(name);
        var recording = new NormRecording();
        foreach (var norms in array.Values.Chunk(array.Sizes[1]))
            recording.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { [Layer] = [.. norms.Select(n => (float)n)] });
        return recording;
    }

    private static void Run<T>(GoldenCase golden, Func<Network, T> create, Action<T> stepped) where T : StepHook
    {
        var network = LinearNetwork(golden);
        var weight = network.Parameters.Single();
        golden.Load("param.w", weight.Value);
        var optimizer = new Sgd(network, golden.Config.Number("momentum", 0))
        {
            LearningRate = golden.Config.Number("lr"),
            WeightDecay = golden.Config.Number("weight_decay", 0),
        };
        var hook = create(network);
        var gradients = golden.Input("in.grad.w");
        var length = weight.Shape.Length;
        var trajectory = new float[gradients.Values.Length];
        for (var step = 0; step < gradients.Sizes[0]; step++)
        {
            var time = new StepTime(step + 1, step, EndsEpoch: true);
            OptimizerChecks.SetGradient(weight.Value, gradients.Values.AsSpan(step * length, length), gradients.Sizes.AsSpan(1));
            hook.BeforeUpdate(time);
            optimizer.Step();
            hook.AfterUpdate(time);
            stepped(hook);
            Layout.WeightToFile(weight.Value.ToArray(), weight.Shape).CopyTo(trajectory.AsSpan(step * length));
        }

        golden.Compare("out.w", trajectory, gradients.Sizes);
        if (!golden.Has("state_after.momentum.w")) return;

        // Without momentum there is no buffer: what it would hold is the last gradient.
        golden.CompareWeight("state_after.momentum.w", optimizer.State.Select(s => s.Value).SingleOrDefault() ?? weight.Value.Gradient);
    }

    private static Network LinearNetwork(GoldenCase golden)
    {
        var shape = Layout.WeightShape(golden.Input("param.w").Sizes);
        var weight = new PlainWeight(shape, Init.Constant(0f));
        LinearMap layer = shape.Rank == 4
            ? new Conv2d(shape, weight, null, 1, 0, Activation.Identity)
            : new Linear(shape, weight, null, Activation.Identity);
        var input = shape.Rank == 4 ? new Shape(1, shape[0], shape[1], shape[2]) : new Shape(1, shape[0]);
        return new Network(new Sequential().Add(Layer, layer), input, golden.Backend, seed: 0);
    }
}
