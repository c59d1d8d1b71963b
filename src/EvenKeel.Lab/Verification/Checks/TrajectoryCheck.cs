using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Some training steps of a small network: conv1, norm1, pool, conv2, norm2, head, dense, cross entropy. It
/// shows that the parts work together: weight maps, fused activations, running statistics and the optimizer.</summary>
internal static class TrajectoryCheck
{
    public static void Train(GoldenCase golden)
    {
        var config = golden.Config;
        var x = golden.Activation("in.x");
        x.NeedsGradient = false;
        var (network, denseView) = Build(golden, config, x.Shape);
        Shape? View(Parameter parameter) => parameter.Name is "dense.weight" or "dense.v" ? denseView : null;
        void LoadParameters()
        {
            foreach (var parameter in network.Parameters)
                golden.Load($"param.{FileName(parameter.Name)}", parameter.Value, View(parameter));
        }

        // A weight map's state starts from its first weights, which must be there before it, and is not in the file.
        LoadParameters();
        foreach (var map in network.Root.DescendantsAndSelf().OfType<WeightMap>())
            map.Assign(network.Backend, map.Stored.Value.ToArray());
        LoadParameters();
        var statistics = network.Root.DescendantsAndSelf().OfType<NormLayer>().SelectMany(layer => layer.Buffers()).ToArray();
        foreach (var buffer in statistics) golden.Load($"state.{buffer.Name}", buffer.Value);

        var optimizer = OptimizerChecks.Read(config.Part("optimizer"), network);
        var labels = golden.Labels("in.labels");
        var smoothing = (float)config.Number("label_smoothing");
        var losses = new float[config.Integer("steps")];
        network.CheckTraining(x.Shape[0]);
        for (var step = 0; step < losses.Length; step++)
        {
            network.Tape.Begin(recording: true);
            network.ClearGradients();
            var logits = network.Forward(new Pass(network.Tape, PassMode.Train), x);
            var loss = network.Tape.SoftmaxCrossEntropy(logits, labels, smoothing);
            losses[step] = (float)loss.Mean;
            network.Tape.Backward(loss.Value);
            if (step == 0)
            {
                foreach (var parameter in network.Parameters)
                    golden.CompareWeight($"grad.{FileName(parameter.Name)}", parameter.Value.Gradient, View(parameter));
            }

            optimizer.Step();
        }

        golden.Compare("out.loss", losses, [losses.Length]);
        foreach (var parameter in network.Parameters)
            golden.CompareWeight($"out.{FileName(parameter.Name)}", parameter.Value, View(parameter));
        foreach (var buffer in statistics) golden.CompareWeight($"state_after.{buffer.Name}", buffer.Value);
        network.Tape.Begin(recording: false);
        golden.CompareActivation("eval.y", network.Forward(new Pass(network.Tape, PassMode.Evaluate), x));
    }

    private static (Network Network, Shape? DenseView) Build(GoldenCase golden, GoldenConfig config, Shape image)
    {
        var scheme = ReadScheme(config);
        var activation = ReadActivation(config);
        double[] strides = config.Numbers("strides"), pads = config.Numbers("pads");
        if (strides.Length != 2) throw config.Unexpected("strides");
        if (pads.Length != 2) throw config.Unexpected("pads");
        var bias = config.Flag("conv_bias") ? Init.Constant(0f) : null;
        var root = new Sequential();
        Convolution(1);
        root.Add("pool", ReadPool(config.Part("pool")));
        Convolution(2);

        // Behind a flatten the file has the dense weight's columns as (c,h,w), EvenKeel its rows as (h,w,c).
        var features = root.OutputShape(image);
        var normalizeDense = config.Flag("normalize_dense");
        var dense = WeightShape("dense");
        Shape? view = null;
        switch (config.Text("head"))
        {
            case "gap":
                root.Add("head", new GlobalAveragePool());
                break;
            case "flatten":
                root.Add("head", new Flatten());
                view = new Shape(features[1], features[2], features[3], dense[1]);
                break;
            default:
                throw config.Unexpected("head");
        }

        var map = normalizeDense ? scheme.Weight(dense, Init.Constant(1f)) : new PlainWeight(dense, Init.Constant(1f));
        root.Add("dense", new Linear(dense, map, Init.Constant(0f), Activation.Identity));
        return (new Network(root, image, golden.Backend, seed: 0), view);

        // The activation fuses into the normalizer, or into the convolution where there is none.
        void Convolution(int number)
        {
            var shape = WeightShape($"conv{number}");
            var norm = scheme.Activation(shape.Channels, activation);
            root.Add($"conv{number}", new Conv2d(
                shape, scheme.Weight(shape, Init.Constant(1f)), bias, (int)strides[number - 1], (int)pads[number - 1],
                norm is null ? activation : Activation.Identity));
            if (norm is not null) root.Add($"norm{number}", norm);
        }

        Shape WeightShape(string layer) =>
            Layout.WeightShape(golden.Input(golden.Has($"param.{layer}.v") ? $"param.{layer}.v" : $"param.{layer}.w").Sizes);
    }

    private static Scheme ReadScheme(GoldenConfig config)
    {
        var name = config.Text("scheme");
        GoldenConfig map = config.Part("weight_map"), norm = config.Part("norm");
        var norms = new List<Norm>();
        switch (map.Text("type"))
        {
            case "none": break;
            case "weight_norm":
                norms.Add(new WeightNorm { Magnitude = WeightNormChecks.ReadMagnitude(map), DataInit = false });
                break;
            case "weight_standardization":
                norms.Add(WeightMapChecks.ReadStandardization(map));
                break;
            case "bounded_weight_norm":
                norms.Add(WeightMapChecks.ReadBounded(map));
                break;
            default: throw map.Unexpected("type");
        }

        switch (norm.Text("type"))
        {
            case "none": break;
            case "batch_norm":
                norms.Add(NormChecks.ReadBatchNorm(norm, affine: true));
                break;
            case "mean_only_batch_norm":
                norms.Add(NormChecks.ReadMeanOnly(norm, bias: true));
                break;
            case "group_norm":
                norms.Add(NormChecks.ReadGroupNorm(norm, affine: true));
                break;
            default: throw norm.Unexpected("type");
        }

        return new Scheme(norms);
    }

    /// <summary>The activation that options describe.</summary>
    public static Activation ReadActivation(GoldenConfig config) => config.Text("activation") switch
    {
        "relu" => Activation.Relu,
        "leaky_relu" => Activation.LeakyRelu((float)config.Number("slope")),
        _ => throw config.Unexpected("activation"),
    };

    /// <summary>The pooling that options describe.</summary>
    public static Module ReadPool(GoldenConfig config) => config.Text("type") switch
    {
        "max" => new MaxPool2d(config.Integer("kernel"), config.Integer("stride")),
        "avg" => new AveragePool2d(config.Integer("kernel"), config.Integer("stride")),
        _ => throw config.Unexpected("type"),
    };

    private static string FileName(string name) => name switch
    {
        _ when name.EndsWith(".weight", StringComparison.Ordinal) => $"{name[..^".weight".Length]}.w",
        _ when name.EndsWith(".bias", StringComparison.Ordinal) => $"{name[..^".bias".Length]}.b",
        _ => name,
    };
}
