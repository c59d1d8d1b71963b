using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Weight standardization, bounded weight normalization and spectral normalization.</summary>
internal static class WeightMapChecks
{
    public static void Standardization(GoldenCase golden)
    {
        var (network, map) = WeightMapLayer.Create(golden, ReadStandardization(golden.Config), Shape(golden));
        golden.Load(network);
        Run(golden, network, map);
    }

    public static void Bounded(GoldenCase golden)
    {
        var norm = ReadBounded(golden.Config);
        var (network, map) = WeightMapLayer.Create(golden, norm, Shape(golden));

        // The bound comes from the weights at time 0, which the file has beside those of the step.
        var first = golden.Input("in.v0");
        map.Assign(golden.Backend, Layout.WeightFromFile(first.Values, first.Sizes));
        foreach (var buffer in network.Buffers) golden.CompareWeight($"out.{buffer.Name}", buffer.Value);
        foreach (var parameter in network.Parameters) golden.Load($"param.{parameter.Name}", parameter.Value);
        Run(golden, network, map);
    }

    public static void Spectral(GoldenCase golden)
    {
        var norm = new SpectralNorm { Iterations = golden.Config.Integer("iterations"), Epsilon = (float)golden.Config.Number("eps", 1e-12) };
        var (network, map) = WeightMapLayer.Create(golden, norm, Shape(golden));
        var file = golden.Input("param.v").Sizes;

        // The right vector lies over a row of the weight, in the file's order there and in the native one here.
        int[] row = [1, .. file[1..]];
        golden.Load("param.v", map.Stored.Value);
        StateBuffer left = network.Buffers.Single(b => b.Name == "left"), right = network.Buffers.Single(b => b.Name == "right");
        golden.Load("state.left", left.Value);
        right.Value.CopyFrom(Layout.WeightFromFile(golden.Input("state.right").Values, row));

        var w = Run(golden, network, map).ToArray();
        golden.CompareWeight("state_after.left", left.Value);
        golden.Compare("state_after.right", Layout.WeightToFile(right.Value.ToArray(), Layout.WeightShape(row)), right.Shape.ToArray());

        // w = v/σ: the effective weight tells σ, best at the largest v.
        var v = map.Stored.Value.ToArray();
        var at = Enumerable.Range(0, v.Length).MaxBy(i => MathF.Abs(v[i]));
        golden.Compare("out.sigma", [v[at] / w[at]], [1]);
        network.Tape.Begin(recording: false);
        golden.CompareWeight("eval.w", map.Effective(new Pass(network.Tape, PassMode.Evaluate)));
    }

    /// <summary>The method that options describe; a trajectory's have no gain.</summary>
    public static WeightStandardization ReadStandardization(GoldenConfig config)
    {
        var scaled = config.Text("gain", "none") switch
        {
            "none" => false,
            "scaled" => true,
            _ => throw config.Unexpected("gain"),
        };
        return new WeightStandardization
        {
            Deviation = config.Text("std") switch
            {
                "biased" => Variance.Biased,
                "unbiased" => Variance.Unbiased,
                _ => throw config.Unexpected("std"),
            },
            Epsilon = (float)config.Number("eps", 1e-5),
            EpsilonPlace = config.Text("eps_place") switch
            {
                "inside" => EpsilonPlace.InsideRoot,
                "outside" => EpsilonPlace.AddedToScale,
                _ => throw config.Unexpected("eps_place"),
            },
            Gain = scaled ? StandardizedGain.Scaled : StandardizedGain.None,
            Gamma = scaled ? (float)config.Number("gain_gamma", 1) : 1f,
        };
    }

    /// <summary>The method that options describe.</summary>
    public static BoundedWeightNorm ReadBounded(GoldenConfig config) => new()
    {
        P = config.Text("p") switch
        {
            "1" => RowNorm.One,
            "2" => RowNorm.Two,
            "inf" => RowNorm.Infinity,
            _ => throw config.Unexpected("p"),
        },
        Form = config.Text("variant") switch
        {
            "fixed_rho" => BoundedForm.FixedRho,
            "prenorm" => BoundedForm.Prenorm,
            _ => throw config.Unexpected("variant"),
        },
    };

    private static Shape Shape(GoldenCase golden) => Layout.WeightShape(golden.Input("param.v").Sizes);

    private static Tensor Run(GoldenCase golden, Network network, WeightMap map)
    {
        var dw = golden.Input("in.dw");
        network.Tape.Begin(recording: true);
        var w = map.Effective(new Pass(network.Tape, PassMode.Train));
        golden.CompareWeight("out.w", w);
        network.Tape.Backward(w, Layout.WeightFromFile(dw.Values, dw.Sizes));
        foreach (var parameter in network.Parameters)
            golden.CompareWeight($"grad.{parameter.Name}", parameter.Value.Gradient);
        return w;
    }
}
