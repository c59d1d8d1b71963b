using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

public sealed class GemmTests
{
    public static TheoryData<VectorPath> Paths => [.. ConvCases.Paths];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Products_match_the_definition_at_every_tail(VectorPath path)
    {
        using var workers = new Workers(2, path);
        for (var size = 0; size <= 67; size++)
        {
            Compare(workers, size, 19, 11);
            Compare(workers, 9, size, 11);
            Compare(workers, 9, 19, size);
            Compare(workers, size, (size * 7) % 68, (size * 29) % 68);
        }

        Compare(workers, 130, 200, 150);
        Compare(workers, 1, 300, 500);
        Compare(workers, 400, 10, 33);

        // An odd number of the widest panels; rows whose distance makes them share cache sets, copied for several groups
        // of panels in one block of rows and in two, and for one group each.
        Compare(workers, 70, 500, 60);
        Compare(workers, 70, 100, 1_024);
        Compare(workers, 300, 130, 1_020);
        Compare(workers, 2_100, 20, 1_024);

        // Panels packed from rows that share cache lines, by register and for what is left, whole blocks and transposed.
        Compare(workers, 200, 500, 200);
        Compare(workers, 140, 37, 203);

        // Weight gradients whose input is multiplied where it lies: a last tile of all its channels, of one and of some, and fewer
        // channels than a tile has.
        Compare(workers, 48, 50, 120);
        Compare(workers, 49, 70, 300);
        Compare(workers, 21, 33, 97);
        Compare(workers, 3, 33, 97);

        // Few rows and much depth, where a tile asks for the next weights in parts.
        Compare(workers, 20, 300, 700);
        Compare(workers, 33, 170, 600);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Threads_do_not_change_the_bits(VectorPath path)
    {
        CompareThreads(path, 70, 130, 90);
        CompareThreads(path, 90, 170, 1_024);
        CompareThreads(path, 33, 170, 600);
    }

    private static void CompareThreads(VectorPath path, int m, int n, int k)
    {
        var a = ConvCases.Numbers(m * k, 1);
        var b = ConvCases.Numbers(k * n, 2);
        float[]? first = null;
        foreach (var threads in new[] { 1, 2, 3, 5 })
        {
            using var workers = new Workers(threads, path);
            var c = new float[3 * m * n];
            Gemm.Multiply(workers, m, n, k, a, b, [], 1f, c.AsSpan(0, m * n));
            Gemm.MultiplyTransposedA(workers, m, n, k, a, b, c.AsSpan(m * n, m * n), accumulate: false);
            Gemm.MultiplyTransposedB(workers, m, n, k, a, b, c.AsSpan(2 * m * n), accumulate: false);
            first ??= c;
            Assert.True(first.AsSpan().SequenceEqual(c), $"{threads} threads");
        }
    }

    [Fact]
    public void Wrong_lengths_are_rejected()
    {
        using var workers = new Workers(1);
        float[] six = new float[6], four = new float[4], nine = new float[9];
        Rejected("first operand of a matrix product holds 4 floats: expected 6", () => Gemm.Multiply(workers, 3, 3, 2, four, six, [], 1f, nine));
        Rejected("second operand", () => Gemm.MultiplyTransposedA(workers, 3, 3, 2, six, four, nine, accumulate: false));
        Rejected("result", () => Gemm.MultiplyTransposedB(workers, 3, 3, 2, six, six, four, accumulate: false));
        Rejected("bias", () => Gemm.Multiply(workers, 3, 3, 2, six, six, four, 1f, nine));
        Rejected("sizes of 0 or more", () => Gemm.Multiply(workers, -3, 3, -2, six, six, [], 1f, nine));
    }

    private static void Compare(Workers workers, int m, int n, int k)
    {
        var a = ConvCases.Numbers((long)m * k, 1);
        var b = ConvCases.Numbers((long)k * n, 2);
        var bias = ConvCases.Numbers(n, 3);
        var before = ConvCases.Numbers((long)m * n, 4);

        var expected = NaiveGemm.Multiply(m, n, k, (i, s) => a[(i * k) + s], (s, j) => b[(s * n) + j]);
        var c = new float[m * n];
        Array.Fill(c, float.NaN);
        Gemm.Multiply(workers, m, n, k, a, b, [], 1f, c);
        ConvCases.AssertClose(expected, c, $"a·b at {m}, {n}, {k}");
        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] += bias[i % n];
            if (expected[i] < 0) expected[i] *= 0.25;
        }

        Gemm.Multiply(workers, m, n, k, a, b, bias, 0.25f, c);
        ConvCases.AssertClose(expected, c, $"act(a·b + bias) at {m}, {n}, {k}");

        expected = NaiveGemm.Multiply(m, n, k, (i, s) => a[(i * k) + s], (s, j) => b[(j * k) + s]);
        Gemm.MultiplyTransposedB(workers, m, n, k, a, b, c, accumulate: false);
        ConvCases.AssertClose(expected, c, $"a·bᵀ at {m}, {n}, {k}");
        Gemm.MultiplyTransposedB(workers, m, n, k, a, b, Sum(before, expected, c), accumulate: true);
        ConvCases.AssertClose(expected, c, $"+= a·bᵀ at {m}, {n}, {k}");

        expected = NaiveGemm.Multiply(m, n, k, (i, s) => a[(s * m) + i], (s, j) => b[(s * n) + j]);
        Gemm.MultiplyTransposedA(workers, m, n, k, a, b, c, accumulate: false);
        ConvCases.AssertClose(expected, c, $"aᵀ·b at {m}, {n}, {k}");
        Gemm.MultiplyTransposedA(workers, m, n, k, a, b, Sum(before, expected, c), accumulate: true);
        ConvCases.AssertClose(expected, c, $"+= aᵀ·b at {m}, {n}, {k}");
    }

    private static float[] Sum(float[] before, double[] expected, float[] c)
    {
        before.CopyTo(c, 0);
        for (var i = 0; i < expected.Length; i++) expected[i] += before[i];
        return c;
    }

    private static void Rejected(string words, Action call) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
}
