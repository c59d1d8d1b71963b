using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Normalizers of activations, run as the layer of a network.</summary>
internal static class NormChecks
{
    public static void BatchNorm(GoldenCase golden) => Run(golden, ReadBatchNorm(golden.Config, golden.Config.Flag("affine", true)));

    public static void MeanOnlyBatchNorm(GoldenCase golden) =>
        Run(golden, ReadMeanOnly(golden.Config, golden.Config.Flag("bias", true)));

    /// <summary>The method that options describe.</summary>
    /// <exception cref="NotThereException">A scale other than the standard deviation.</exception>
    public static BatchNorm ReadBatchNorm(GoldenConfig config, bool affine)
    {
        switch (config.Text("p"))
        {
            case "2": break;
            case "1" or "topk" or "inf": throw new NotThereException($"batch_norm p={config.Text("p")}");
            default: throw config.Unexpected("p");
        }

        return new BatchNorm
        {
            Epsilon = (float)config.Number("eps", 1e-5),
            EpsilonPlace = ReadEpsilonPlace(config),
            RunningRate = (float)config.Number("running_rate", 0.1),
            RunningVariance = config.Flag("unbiased_running", true) ? Variance.Unbiased : Variance.Biased,
            Affine = affine,
        };
    }

    /// <summary>The method that options describe.</summary>
    public static MeanOnlyBatchNorm ReadMeanOnly(GoldenConfig config, bool bias) =>
        new() { RunningRate = (float)config.Number("running_rate", 0.1), Bias = bias };

    /// <summary>Where options want ε.</summary>
    public static EpsilonPlace ReadEpsilonPlace(GoldenConfig config) => config.Text("eps_place", "inside") switch
    {
        "inside" => EpsilonPlace.InsideRoot,
        "outside" => EpsilonPlace.AddedToScale,
        _ => throw config.Unexpected("eps_place"),
    };

    // One training pass forward and backward, then evaluation on what that pass left in the running statistics.
    private static void Run(GoldenCase golden, Norm norm)
    {
        norm.Validate();
        var x = golden.Activation("in.x");
        var layer = norm.Activation(x.Shape.Channels, Activation.Identity)
            ?? throw new NotUnderstoodException($"{norm} does not normalize activations");
        var network = new Network(layer, x.Shape, golden.Backend, seed: 0);
        golden.Load(network);
        network.CheckTraining(x.Shape[0]);

        var tape = network.Tape;
        tape.Begin(recording: true);
        var y = network.Forward(new Pass(tape, PassMode.Train), x);
        golden.CompareActivation("out.y", y);
        tape.Backward(y, golden.ActivationGradient("in.dy"));
        golden.CompareActivation("grad.x", x.Gradient);
        foreach (var parameter in network.Parameters)
            golden.CompareWeight($"grad.{parameter.Name}", parameter.Value.Gradient);
        foreach (var buffer in network.Buffers)
            golden.CompareWeight($"state_after.{buffer.Name}", buffer.Value);

        tape.Begin(recording: false);
        golden.CompareActivation("eval.y", network.Forward(new Pass(tape, PassMode.Evaluate), x));
    }
}
