using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Folding of a linear map and the normalizer behind it into one linear map.</summary>
internal static class FoldChecks
{
    public static void BatchNorm(GoldenCase golden) => Run(golden, new BatchNorm
    {
        Epsilon = (float)golden.Config.Number("eps"),
        EpsilonPlace = NormChecks.ReadEpsilonPlace(golden.Config),
    });

    // The number of largest deviations does not matter once the scale is stored.
    public static void ScaleBatchNorm(GoldenCase golden) => Run(golden, new BatchNorm
    {
        P = NormChecks.ReadDeviation(golden.Config),
        Epsilon = (float)golden.Config.Number("eps"),
    });

    public static void MeanOnlyBatchNorm(GoldenCase golden) => Run(golden, new MeanOnlyBatchNorm());

    private static void Run(GoldenCase golden, Norm norm)
    {
        var config = golden.Config;
        var x = golden.Activation("in.x");
        x.NeedsGradient = false;
        var weight = Layout.WeightShape(golden.Input("param.w").Sizes);
        var plain = new PlainWeight(weight, Init.Constant(0f));
        var bias = config.Flag("bias") ? Init.Constant(0f) : null;
        LinearMap map = config.Text("layer") switch
        {
            "conv" => new Conv2d(weight, plain, bias, config.Integer("stride"), config.Integer("pad"), Activation.Identity),
            "dense" => new Linear(weight, plain, bias, Activation.Identity),
            _ => throw config.Unexpected("layer"),
        };
        var root = new Sequential().Add("", map).Add("norm", new Scheme(norm).Activation(weight.Channels, Activation.Identity)!);
        var network = new Network(root, x.Shape, golden.Backend, seed: 0);
        foreach (var (name, value) in network.State()) golden.Load(FileName(name), value);
        var before = Output(network, x).ToArray();

        var folded = network.Fold();
        if (!folded.IsComplete) throw new NotUnderstoodException("the normalizer did not fold");
        foreach (var parameter in folded.Network.Parameters)
            golden.CompareWeight($"out.{(parameter.Name == "weight" ? "w" : "b")}", parameter.Value);
        var after = Output(folded.Network, x);
        golden.CompareActivation("out.y", after);
        golden.Agree("the folded layer's output", after.ToArray(), before);
    }

    private static string FileName(string name) => name switch
    {
        "weight" => "param.w",
        "bias" => "param.b",
        "norm.gamma" or "norm.beta" => $"param.{name["norm.".Length..]}",
        _ => $"state.{name["norm.".Length..]}",
    };

    private static Tensor Output(Network network, Tensor x)
    {
        network.Tape.Begin(recording: false);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x);
    }
}
