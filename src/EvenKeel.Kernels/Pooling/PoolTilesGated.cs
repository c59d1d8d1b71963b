using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

internal static unsafe partial class Pool
{
    /// <summary>True if a backward pass can pass a normalizer's activation and be summed on the way.</summary>
    public static bool Gates(in PoolGeometry geometry) => geometry.IsTiling && geometry.Channels % 16 == 0;

    /// <summary><see cref="MaxBackward(Workers, in PoolGeometry, ReadOnlySpan{float}, ReadOnlySpan{byte}, Span{float})"/> where
    /// a normalizer made the input: dx passes the normalizer's activation before it is stored, and is summed by channel on the
    /// way; only where <see cref="Gates"/>.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="geometry">Sizes.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="index">What the forward pass left.</param>
    /// <param name="dx">Receives the gradient behind the normalizer's activation.</param>
    /// <param name="sums">The normalizer, and where the sums go.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or windows that do not tile the input.</exception>
    public static void MaxBackward(
        Workers workers, in PoolGeometry geometry, ReadOnlySpan<float> dy, ReadOnlySpan<byte> index, Span<float> dx,
        GatedSums sums)
    {
        geometry.Check();
        Require.Length(dy, geometry.OutputLength);
        Require.Length(index, geometry.OutputLength);
        Require.Length(dx, geometry.InputLength);
        sums.Check(geometry.InputLength, geometry.Channels);
        Require.That(
            Gates(geometry),
            $"pooling sums its input's gradient on the way for windows that tile the input and multiples of 16 channels: got {geometry}.");
        fixed (byte* ip = index)
        fixed (float* dyp = dy, dxp = dx, x = sums.X, y = sums.Y, bits = sums.Bits, mean = sums.Mean, rstd = sums.Rstd,
               scale = sums.Scale, shift = sums.Shift, sum = sums.Sum, product = sums.Product)
        {
            var gate = new GradientGate(sums.Slope, x, y, bits, mean, scale, shift);
            var total = new GatheredSums { Channels = geometry.Channels, Rstd = rstd, Sum = sum, Product = product };
            var chunks = new TileBackwardJob(geometry, dyp, ip, dxp, gate, default).Rows.Chunks;
            total.Parts = new() { Count = chunks, PartLength = total.PartLength };
            total.Parts.Memory = workers.SharedScratch((nuint)total.Parts.Length);
            var job = new TileBackwardJob(geometry, dyp, ip, dxp, gate, total.Parts);
            workers.Run(chunks, ref job);
            workers.Run(total.Chunks, ref total);
        }
    }

    private readonly partial struct TileBackwardJob
    {
        private void Pass<V>(float* source, byte* at, float* window, nint line, float* part, bool begins)
            where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var one = V.Splat(1f);
            var slope = V.Splat(gate.Slope);
            for (nint c = 0; c < channels; c += 16)
            {
                V gradient = V.Load(source + c), place = V.LoadBytes(at + c), position = V.Zero;
                var mean = V.Load(gate.Mean + c);
                var gated = gate.Slope != 1f;
                var scale = gated && gate.Y == null ? V.Load(gate.Scale + c) : V.Zero;
                var shift = gated && gate.Y == null ? V.Load(gate.Shift + c) : V.Zero;
                V sum = V.Zero, product = V.Zero;
                for (var ky = 0; ky < g.Kernel; ky++)
                {
                    var p = window + ky * line + c;
                    for (var kx = 0; kx < g.Kernel; kx++, p += channels)
                    {
                        var value = V.And(V.Equal(place, position), gradient);
                        Prefetch.Line(gate.X + (p - dx) + (g.Kernel * line));
                        var centered = V.Load(gate.X + (p - dx)) - mean;
                        if (gated)
                        {
                            var before = gate.Y == null
                                ? V.FusedMultiplyAdd(centered, scale, shift) : V.Load(gate.Y + (p - dx));
                            value = V.Select(V.Greater(before, V.Zero), value, value * slope);
                        }

                        V.Store(p, value);
                        sum += value;
                        product = V.FusedMultiplyAdd(value, centered, product);
                        position += one;
                    }
                }

                GatheredSums.Add(part + c, (int)channels, begins, sum, product);
            }
        }

        private void PassBits<V>(float* source, byte* at, float* window, nint line, float* part, bool begins)
            where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var one = V.Splat(1f);
            var slope = V.Splat(gate.Slope);
            for (nint c = 0; c < channels; c += 16)
            {
                V gradient = V.Load(source + c), place = V.LoadBytes(at + c), position = V.Zero, sum = V.Zero;
                for (var ky = 0; ky < g.Kernel; ky++)
                {
                    var p = window + ky * line + c;
                    for (var kx = 0; kx < g.Kernel; kx++, p += channels)
                    {
                        var value = V.And(V.Equal(place, position), gradient);
                        if (gate.Bits != null) value = V.Select(V.FromSigns(gate.Bits[(p - dx) / 16]), value, value * slope);
                        V.Store(p, value);
                        sum += value;
                        position += one;
                    }
                }

                GatheredSums.Add(part + c, begins, sum);
            }
        }
    }
}
