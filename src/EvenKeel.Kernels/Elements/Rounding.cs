using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>A 16-bit floating-point format to imitate.</summary>
public enum HalfFormat
{
    /// <summary>IEEE binary16: 11 significant bits, largest 65,504, subnormals down to 2⁻²⁴.</summary>
    Float16,

    /// <summary>Brain float: 8 significant bits, the range of float32.</summary>
    Bfloat16,
}

/// <summary>Rounds floats to the nearest value that a 16-bit format has, ties to even, overflow to infinity.</summary>
internal static unsafe class Rounding
{
    /// <summary>y = the nearest value of the format; y may be x.</summary>
    public static void Round(Workers workers, HalfFormat format, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new Job(xp, yp, x.Length, format);
            workers.Run(Chunk.Cover(x.Length), ref job);
        }
    }

    private readonly struct Job(float* x, float* y, int length, HalfFormat format) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            for (var i = start; i < start + count; i += 16)
            {
                var here = Math.Min(16, start + count - i);
                var v = here == 16 ? V.Load(x + i) : LaneTails.LoadPartial<V>(x + i, here);
                v = format == HalfFormat.Bfloat16 ? Nearest(v, 16) : Float16(v);
                if (here == 16) V.Store(y + i, v);
                else LaneTails.StorePartial(y + i, v, here);
            }
        }

        private static V Float16<V>(V v) where V : unmanaged, ILanes<V>
        {
            var size = V.Abs(v);
            var normal = Nearest(v, 13);
            normal = V.Select(V.Greater(size, V.Splat(65_519.996f)), V.Or(V.And(v, V.SplatBits(0x8000_0000)), V.SplatBits(0x7F80_0000)), normal);

            // Below 2⁻¹⁴ the format's step is 2⁻²⁴, which is float's step from one half to one.
            var half = V.Splat(0.5f);
            var subnormal = V.Or(V.And(v, V.SplatBits(0x8000_0000)), size + half - half);
            var rounded = V.Select(V.Greater(V.Splat(6.103515625e-5f), size), subnormal, normal);
            return V.Select(V.IsNaN(v), v, rounded);
        }

        // Drops the low bits of the pattern after adding half of their range; to even if just between.
        private static V Nearest<V>(V v, int bits) where V : unmanaged, ILanes<V>
        {
            var odd = V.And(V.ShiftRight(v, bits), V.SplatBits(1));
            var up = V.AddBits(V.AddBits(v, V.SplatBits((1u << (bits - 1)) - 1)), odd);
            var rounded = V.And(up, V.SplatBits(uint.MaxValue << bits));
            return V.Select(V.IsNaN(v), v, rounded);
        }
    }
}
