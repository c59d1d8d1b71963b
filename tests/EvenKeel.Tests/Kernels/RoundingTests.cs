using EvenKeel.Kernels.Elements;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class RoundingTests(WorkerGrid grid)
{
    [Fact]
    public void Float16_is_what_the_platform_rounds_to()
    {
        var x = Interesting().ToArray();
        var y = grid.Same(x.Length, (w, r) => Rounding.Round(w, HalfFormat.Float16, x, r));
        for (var i = 0; i < x.Length; i++) Assert.Equal((float)(Half)x[i], y[i]);
    }

    [Fact]
    public void Bfloat16_keeps_eight_bits_and_rounds_ties_to_even()
    {
        float[] x = [1f, 1.00390625f, 1.01171875f, 1.005f, -3.14159265f, 1e38f, 3.4e38f, 1e-40f, 0f, -0f];
        float[] expected = [1f, 1f, 1.015625f, 1.0078125f, -3.140625f, 9.9692100e37f, float.PositiveInfinity, 1.0102e-40f, 0f, -0f];
        var y = grid.Same(x.Length, (w, r) => Rounding.Round(w, HalfFormat.Bfloat16, x, r));
        for (var i = 0; i < x.Length; i++)
        {
            if (float.IsInfinity(expected[i])) Assert.Equal(expected[i], y[i]);
            else Numbers.Close(expected[i], y[i], 1e-6, $"{x[i]}");
        }

        foreach (var value in y) Assert.Equal(0u, BitConverter.SingleToUInt32Bits(value) & 0xFFFF);
        var random = Numbers.Around(3, 10_000, 0f, 1e6f);
        var rounded = grid.Same(random.Length, (w, r) => Rounding.Round(w, HalfFormat.Bfloat16, random, r));
        for (var i = 0; i < random.Length; i++) Assert.InRange(Math.Abs(rounded[i] - random[i]), 0f, Math.Abs(random[i]) / 256);
    }

    private static IEnumerable<float> Interesting()
    {
        foreach (var v in (float[])[0f, -0f, 1f, 65_504f, 65_519.9f, 65_519.996f, 65_520f, 1e9f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, 5.9604645e-8f, 2.98e-8f, 2.9802322e-8f, 2.99e-8f, 6.1e-5f, 6.103515625e-5f, 6.1e-5f, 1e-10f, 1e-40f])
        {
            yield return v;
            yield return -v;
        }

        // Every exponent, and mantissas around the ties.
        for (var exponent = 80; exponent < 150; exponent++)
        {
            foreach (var mantissa in (uint[])[0, 1, 0xFFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x3001, 0x7FFFFF, 0x123456])
                yield return BitConverter.UInt32BitsToSingle((uint)exponent << 23 | mantissa);
        }
    }
}
