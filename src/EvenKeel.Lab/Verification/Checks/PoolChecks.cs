using EvenKeel.Autograd;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Pooling.</summary>
internal static class PoolChecks
{
    public static void Max(GoldenCase golden)
    {
        var (kernel, stride, padding) = Window(golden.Config);
        OperationCheck.Run(golden, (tape, x) => tape.MaxPool2d(x, kernel, stride, padding));
    }

    public static void Average(GoldenCase golden)
    {
        var (kernel, stride, padding) = Window(golden.Config);
        var countPadding = golden.Config.Flag("count_include_pad");
        OperationCheck.Run(golden, (tape, x) => tape.AveragePool2d(x, kernel, stride, padding, countPadding));
    }

    public static void GlobalAverage(GoldenCase golden) =>
        OperationCheck.Run(golden, (tape, x) => tape.GlobalAveragePool(x));

    private static (int Kernel, int Stride, int Padding) Window(GoldenConfig config) =>
        (config.Integer("kernel"), config.Integer("stride"), config.Integer("pad"));
}
