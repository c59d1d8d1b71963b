using EvenKeel.Autograd;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Convolution and dense layers.</summary>
internal static class LinearChecks
{
    public static void Conv2d(GoldenCase golden)
    {
        var config = golden.Config;
        int stride = config.Integer("stride"), padding = config.Integer("pad");
        if (config.Integer("dilation", 1) != 1) throw new NotThereException("conv2d with dilation");
        if (config.Integer("groups", 1) != 1) throw new NotThereException("conv2d with groups");
        Run(golden, (tape, x, w, b) => tape.Conv2d(x, w, b, stride, padding, Activation.Identity));
    }

    public static void Dense(GoldenCase golden) =>
        Run(golden, (tape, x, w, b) => tape.Dense(x, w, b, Activation.Identity));

    private static void Run(
        GoldenCase golden, Func<Tape, Tensors.Tensor, Tensors.Tensor, Tensors.Tensor?, Tensors.Tensor> operation)
    {
        var weight = golden.Weight("param.w");
        var bias = golden.Config.Flag("bias") ? golden.Weight("param.b") : null;
        OperationCheck.Run(golden, (tape, x) => operation(tape, x, weight, bias));
        golden.CompareWeight("grad.w", weight.Gradient);
        if (bias is not null) golden.CompareWeight("grad.b", bias.Gradient);
    }
}
