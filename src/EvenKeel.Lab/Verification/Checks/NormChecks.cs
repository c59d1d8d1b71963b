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

    public static void GroupNorm(GoldenCase golden) =>
        Run(golden, ReadGroupNorm(golden.Config, golden.Config.Flag("affine", true)));

    public static void LayerNorm(GoldenCase golden)
    {
        var config = golden.Config;
        Run(golden, new LayerNorm
        {
            Scope = ReadScope(config),
            P = ReadDeviation(config),
            Epsilon = Epsilon(config, 1e-5),
            EpsilonPlace = ReadEpsilonPlace(config),
            Affine = config.Flag("affine", true),
        });
    }

    public static void RmsNorm(GoldenCase golden)
    {
        var config = golden.Config;
        Run(golden, new RmsNorm
        {
            Scope = ReadScope(config),
            Epsilon = Epsilon(config, 1e-5),
            Affine = config.Flag("affine", true),
        });
    }

    public static void InstanceNorm(GoldenCase golden)
    {
        var config = golden.Config;
        Run(golden, new InstanceNorm { Epsilon = Epsilon(config, 1e-5), Affine = config.Flag("affine", true) });
    }

    // The thresholded unit stands where a network would have an activation.
    public static void FilterResponseNorm(GoldenCase golden)
    {
        var config = golden.Config;
        var unit = config.Flag("tlu", false);
        Run(
            golden, new FilterResponseNorm { Epsilon = Epsilon(config, 1e-6), Tlu = unit },
            unit ? Activation.Relu : Activation.Identity);
    }

    public static void BatchRenorm(GoldenCase golden)
    {
        var config = golden.Config;
        Run(golden, new BatchRenorm
        {
            Epsilon = Epsilon(config, 1e-5),
            RMax = (float)config.Number("r_max"),
            DMax = (float)config.Number("d_max"),
            Warmup = 0,
            RunningRate = Rate(config),
            Affine = config.Flag("affine", true),
        });
    }

    public static void EvoNormS0(GoldenCase golden)
    {
        var config = golden.Config;
        Run(
            golden, new EvoNormS0 { Groups = config.Integer("groups"), Epsilon = Epsilon(config, 1e-5) }, Activation.Relu);
    }

    public static void EvoNormB0(GoldenCase golden)
    {
        var config = golden.Config;
        var norm = new EvoNormB0
        {
            Epsilon = Epsilon(config, 1e-3),
            RunningRate = Rate(config),
            RunningVariance = ReadRunningVariance(config),
        };
        Run(golden, norm, Activation.Relu);
    }

    public static void BatchChannelNorm(GoldenCase golden)
    {
        var config = golden.Config;
        Run(golden, new BatchChannelNorm
        {
            Groups = config.Integer("groups"),
            Epsilon = Epsilon(config, 1e-5),
            RunningRate = Rate(config),
        });
    }

    /// <summary>The method that options describe.</summary>
    public static BatchNorm ReadBatchNorm(GoldenConfig config, bool affine)
    {
        var p = ReadDeviation(config);
        var norm = new BatchNorm
        {
            P = p,
            Epsilon = Epsilon(config, 1e-5),
            EpsilonPlace = p == Deviation.L2 ? ReadEpsilonPlace(config) : EpsilonPlace.AddedToScale,
            RunningRate = Rate(config),
            RunningVariance = ReadRunningVariance(config),
            Affine = affine,
        };
        if (p != Deviation.L2 && config.Text("eps_place", "outside") != "outside") throw config.Unexpected("eps_place");
        return p == Deviation.TopK ? norm with { K = config.Integer("k") } : norm;
    }

    /// <summary>The method that options describe.</summary>
    public static GroupNorm ReadGroupNorm(GoldenConfig config, bool affine) => new()
    {
        Groups = config.Integer("groups"),
        P = ReadDeviation(config),
        Epsilon = Epsilon(config, 1e-5),
        EpsilonPlace = ReadEpsilonPlace(config),
        Affine = affine,
    };

    /// <summary>The method that options describe.</summary>
    public static MeanOnlyBatchNorm ReadMeanOnly(GoldenConfig config, bool bias) =>
        new() { RunningRate = Rate(config), Bias = bias };

    /// <summary>What is divided by.</summary>
    public static Deviation ReadDeviation(GoldenConfig config) => config.Text("p", "2") switch
    {
        "2" => Deviation.L2,
        "1" => Deviation.L1,
        "topk" => Deviation.TopK,
        "inf" => Deviation.Inf,
        _ => throw config.Unexpected("p"),
    };

    private static RowScope ReadScope(GoldenConfig config) => config.Text("scope", "position") switch
    {
        "position" => RowScope.Position,
        "sample" => RowScope.Sample,
        _ => throw config.Unexpected("scope"),
    };

    private static float Epsilon(GoldenConfig config, double otherwise) => (float)config.Number("eps", otherwise);

    private static float Rate(GoldenConfig config) => (float)config.Number("running_rate", 0.1);

    private static Variance ReadRunningVariance(GoldenConfig config) =>
        config.Flag("unbiased_running", true) ? Variance.Unbiased : Variance.Biased;

    /// <summary>Where options want ε.</summary>
    public static EpsilonPlace ReadEpsilonPlace(GoldenConfig config) => config.Text("eps_place", "inside") switch
    {
        "inside" => EpsilonPlace.InsideRoot,
        "outside" => EpsilonPlace.AddedToScale,
        _ => throw config.Unexpected("eps_place"),
    };

    // One training pass forward and backward, then evaluation on what that pass left in the running statistics.
    private static void Run(GoldenCase golden, Norm norm) => Run(golden, norm, Activation.Identity);

    private static void Run(GoldenCase golden, Norm norm, Activation activation)
    {
        norm.Validate();
        var x = golden.Activation("in.x");
        var layer = norm.Activation(x.Shape.Channels, activation)
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

        // Methods without running statistics compute in evaluation what they compute in training.
        tape.Begin(recording: false);
        if (network.Buffers.Count > 0 || golden.Has("eval.y")) golden.CompareActivation("eval.y", network.Forward(new Pass(tape, PassMode.Evaluate), x));
    }
}
