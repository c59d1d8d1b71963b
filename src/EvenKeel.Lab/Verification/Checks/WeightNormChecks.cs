using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Weight normalization: the map, and its initialization from data.</summary>
internal static class WeightNormChecks
{
    public static void Map(GoldenCase golden)
    {
        // A transposed convolution has its outputs on axis 1 of the file; EvenKeel has outputs last everywhere.
        var outputAxis = 0;
        var per = MagnitudePer.Tensor;
        if (golden.Config.Has("dim"))
        {
            per = MagnitudePer.Output;
            outputAxis = golden.Config.Integer("dim");
            if (outputAxis is not (0 or 1)) throw golden.Config.Unexpected("dim");
        }

        var norm = new WeightNorm { Magnitude = ReadMagnitude(golden.Config), Per = per, DataInit = false };
        var v = golden.Input("param.v");
        var dw = golden.Input("in.dw");
        var (network, map) = WeightMapLayer.Create(golden, norm, Layout.WeightShape(v.Sizes, outputAxis));
        foreach (var parameter in network.Parameters)
        {
            if (parameter.Name == "v") parameter.Value.CopyFrom(Layout.WeightFromFile(v.Values, v.Sizes, outputAxis));
            else golden.Load($"param.{parameter.Name}", parameter.Value);
        }

        network.Tape.Begin(recording: true);
        var w = map.Effective(new Pass(network.Tape, PassMode.Train));
        golden.Compare("out.w", Layout.WeightToFile(w.ToArray(), w.Shape, outputAxis), v.Sizes);
        network.Tape.Backward(w, Layout.WeightFromFile(dw.Values, dw.Sizes, outputAxis));
        foreach (var parameter in network.Parameters)
        {
            if (parameter.Name == "v" && parameter.Value.Gradient is { } gradient)
                golden.Compare("grad.v", Layout.WeightToFile(gradient.ToArray(), gradient.Shape, outputAxis), v.Sizes);
            else
                golden.CompareWeight($"grad.{parameter.Name}", parameter.Value.Gradient);
        }
    }

    public static void DataInit(GoldenCase golden)
    {
        var config = golden.Config;
        var norm = new WeightNorm
        {
            InitEpsilon = (float)config.Number("eps", 0),
            InitScale = (float)config.Number("init_scale", 1),
        };
        var x = golden.Activation("in.x");
        var shape = Layout.WeightShape(golden.Input("param.v").Sizes);
        var kind = config.Text("layer");
        LinearMap layer = kind switch
        {
            "conv" => new Conv2d(
                shape, norm.Weight(shape, Init.Constant(1f)), Init.Constant(0f),
                config.Integer("stride"), config.Integer("pad"), Activation.Identity),
            "dense" => new Linear(shape, norm.Weight(shape, Init.Constant(1f)), Init.Constant(0f), Activation.Identity),
            _ => throw config.Unexpected("layer"),
        };
        var network = new Network(layer, x.Shape, golden.Backend, seed: 0);
        golden.Load("param.v", network.Parameters.Single(p => p.Name == "v").Value);
        network.InitializeFromData(x.ToArray(), seed: 0);
        golden.CompareWeight("out.g", network.Parameters.Single(p => p.Name == "g").Value);
        golden.CompareWeight("out.b", layer.Bias?.Value);
        network.Tape.Begin(recording: false);
        golden.CompareActivation("out.y", network.Forward(new Pass(network.Tape, PassMode.Evaluate), x));
    }

    /// <summary>Which magnitude options ask for.</summary>
    public static Magnitude ReadMagnitude(GoldenConfig config) => config.Text("parameter") switch
    {
        "g" => Magnitude.G,
        "exp" => Magnitude.Exp,
        _ => throw config.Unexpected("parameter"),
    };
}
