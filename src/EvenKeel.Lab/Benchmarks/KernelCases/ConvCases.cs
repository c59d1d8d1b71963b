using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Convolution.Winograd;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>The three passes of the convolutions and dense layers of the peer suites, in every way to compute them.</summary>
internal static class ConvCases
{
    private const int ConvPool = 100;
    private const int Fashion = 128;
    private const int ResNet = 128;

    // A way takes the sizes that it can be used for; one line each.
    private static readonly (string Name, ConvMethod Method, Func<ConvGeometry, bool> Takes)[] Algorithms =
    [
        ("direct", ConvMethod.Direct, _ => true),
        ("winograd", ConvMethod.Winograd, g => WinogradConv.Takes(ConvMethod.Winograd, g)),
    ];

    /// <summary>The cases.</summary>
    public static IEnumerable<KernelCase> All =>
    [
        .. Passes(ConvPool, 32, 3, 96),
        .. Passes(ConvPool, 32, 96, 96),
        .. Passes(ConvPool, 16, 96, 192),
        .. Passes(ConvPool, 16, 192, 192),
        .. Passes(ConvPool, 8, 192, 192, padding: 0),
        .. Passes(ConvPool, 6, 192, 192, kernel: 1, padding: 0),
        .. Passes(Fashion, 28, 1, 32),
        .. Passes(Fashion, 28, 32, 32),
        .. Passes(Fashion, 14, 32, 64),
        .. Passes(Fashion, 14, 64, 64),
        .. Passes(ResNet, 32, 3, 16),
        .. Passes(ResNet, 32, 16, 16),
        .. Passes(ResNet, 32, 16, 32, stride: 2),
        .. Passes(ResNet, 16, 32, 32),
        .. Passes(ResNet, 16, 32, 64, stride: 2),
        .. Passes(ResNet, 8, 64, 64),
        .. Dense(256, 3072, 500),
        .. Dense(256, 500, 500),
        .. Dense(128, 3136, 512),
    ];

    private static IEnumerable<KernelCase> Passes(
        int batch, int side, int inputs, int outputs, int kernel = 3, int padding = 1, int stride = 1)
    {
        var g = new ConvGeometry(batch, side, side, inputs, outputs, kernel, kernel, stride, padding);
        var size = $"{kernel}x{kernel} {inputs}-{outputs} at {side}x{side}{(stride == 1 ? "" : $", stride {stride}")}";
        foreach (var (name, method, takes) in Algorithms)
        {
            if (!takes(g)) continue;
            yield return Pass("conv forward", memory =>
            {
                var (x, w, bias, y) = (memory.Numbers(g.InputLength), memory.Numbers(g.WeightLength), memory.Numbers(outputs), memory.Numbers(g.OutputLength));
                return workers => Conv.Forward(workers, g, x.Span, w.Span, bias.Span, 0.1f, y.Span);
            });
            yield return Pass("conv input gradient", memory =>
            {
                var (dy, w, dx) = (memory.Numbers(g.OutputLength), memory.Numbers(g.WeightLength), memory.Numbers(g.InputLength));
                return workers => Conv.InputGradient(workers, g, dy.Span, w.Span, dx.Span, accumulate: false);
            });
            yield return Pass("conv weight gradient", memory =>
            {
                var (x, dy, dw) = (memory.Numbers(g.InputLength), memory.Numbers(g.OutputLength), memory.Numbers(g.WeightLength));
                return workers => Conv.WeightGradient(workers, g, x.Span, dy.Span, dw.Span, accumulate: false);
            });

            KernelCase Pass(string pass, Func<KernelMemory, Action<Workers>> prepare) => new(pass, size, prepare)
            {
                Operations = 2.0 * g.Multiplies,
                Bytes = sizeof(float) * (double)(g.InputLength + g.WeightLength + g.OutputLength),
                Algorithm = name,
                Convolution = method,
            };
        }
    }

    private static IEnumerable<KernelCase> Dense(int rows, int inputs, int outputs)
    {
        long x = (long)rows * inputs, w = (long)inputs * outputs, y = (long)rows * outputs;
        return
        [
            Pass("dense forward", memory =>
            {
                var (a, b, bias, c) = (memory.Numbers(x), memory.Numbers(w), memory.Numbers(outputs), memory.Numbers(y));
                return workers => Gemm.Multiply(workers, rows, outputs, inputs, a.Span, b.Span, bias.Span, 0f, c.Span);
            }),
            Pass("dense input gradient", memory =>
            {
                var (a, b, c) = (memory.Numbers(y), memory.Numbers(w), memory.Numbers(x));
                return workers => Gemm.MultiplyTransposedB(workers, rows, inputs, outputs, a.Span, b.Span, c.Span, accumulate: false);
            }),
            Pass("dense weight gradient", memory =>
            {
                var (a, b, c) = (memory.Numbers(x), memory.Numbers(y), memory.Numbers(w));
                return workers => Gemm.MultiplyTransposedA(workers, inputs, outputs, rows, a.Span, b.Span, c.Span, accumulate: false);
            }),
        ];

        KernelCase Pass(string pass, Func<KernelMemory, Action<Workers>> prepare) => new(pass, $"{rows}x{inputs}x{outputs}", prepare)
        {
            Operations = 2.0 * rows * inputs * outputs,
            Bytes = sizeof(float) * (double)(x + w + y),
            Algorithm = "direct",
            Convolution = ConvMethod.Direct,
        };
    }
}
