using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

// How a tile of the result is stored, and what is gathered on the way.
internal unsafe partial struct WinogradImages
{
    // The same stores, and sums of the differences from a part's first pixel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void StoreAndMeasure<V>(
        float* buffer, float* result, int rows, int across, nint column, float* part, bool begins)
        where V : unmanaged, ILanes<V>
    {
        nint channels = Phase.ResultChannels;
        var line = Phase.GridWidth * channels;
        var bias = Bias == null ? V.Zero : V.Load(Bias + column);
        part += column;
        if (begins)
        {
            Filtering.OutputRow(buffer, out V first, out V _, out V _, out V _);
            ConvMoments.Begin(part, (int)channels, Finish(result, first, bias));
        }

        var pivot = V.Load(part);
        V sum = V.Zero, squares = V.Zero;
        for (var i = 0; i < rows; i++, result += line)
        {
            Filtering.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
            Gather(Store(result, y0, bias), pivot, ref sum, ref squares);
            if (across > 1) Gather(Store(result + channels, y1, bias), pivot, ref sum, ref squares);
            if (across > 2) Gather(Store(result + (2 * channels), y2, bias), pivot, ref sum, ref squares);
            if (across > 3) Gather(Store(result + (3 * channels), y3, bias), pivot, ref sum, ref squares);
        }

        ConvMoments.Add(part, (int)channels, sum, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather<V>(V value, V pivot, ref V sum, ref V squares) where V : unmanaged, ILanes<V>
    {
        var apart = value - pivot;
        sum += apart;
        squares = V.FusedMultiplyAdd(apart, apart, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly V Store<V>(float* result, V value, V bias) where V : unmanaged, ILanes<V>
    {
        value = Finish(result, value, bias);
        V.Store(result, value);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly V Finish<V>(float* result, V value, V bias) where V : unmanaged, ILanes<V>
    {
        value += bias;
        if (Slope != 1f) value = V.Select(V.Greater(value, V.Zero), value, V.Splat(Slope) * value);
        return Accumulate ? value + V.Load(result) : value;
    }

    // An input gradient passes the activation of the normalizer that made the input, and is summed for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void StoreAndSum<V>(
        float* buffer, float* result, int rows, int across, nint column, float* part, bool begins)
        where V : unmanaged, ILanes<V>
    {
        nint channels = Phase.ResultChannels;
        var line = Phase.GridWidth * channels;
        var pass = new GradientPass<V>
        {
            X = Gate.X + (result - Result),
            Before = Gate.Y == null ? null : Gate.Y + (result - Result),
            Mean = V.Load(Gate.Mean + column),
            Scale = Gate.Scale == null ? V.Zero : V.Load(Gate.Scale + column),
            Shift = Gate.Shift == null ? V.Zero : V.Load(Gate.Shift + column),
            Slope = V.Splat(Gate.Slope),
            Gated = Gate.Slope != 1f,
            Accumulate = Accumulate,
            Sum = V.Zero,
            Product = V.Zero,
        };
        for (nint i = 0, at = 0; i < rows; i++, at += line)
        {
            Filtering.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
            pass.Store(result, at, y0);
            if (across > 1) pass.Store(result, at + channels, y1);
            if (across > 2) pass.Store(result, at + (2 * channels), y2);
            if (across > 3) pass.Store(result, at + (3 * channels), y3);
        }

        GatheredSums.Add(part + column, (int)channels, begins, pass.Sum, pass.Product);
    }

    // The same where a bit tells the activation's branch, and the sum is all that is asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void StoreBehindBits<V>(
        float* buffer, float* result, int rows, int across, nint column, float* part, bool begins)
        where V : unmanaged, ILanes<V>
    {
        nint channels = Phase.ResultChannels;
        var line = Phase.GridWidth * channels;
        var words = channels / 16;
        var pass = new BitPass<V>
        {
            Bits = Gate.Bits == null ? null : Gate.Bits + ((result - Result) / 16),
            Slope = V.Splat(Gate.Slope),
            Accumulate = Accumulate,
            Sum = V.Zero,
        };
        nint bits = 0;
        for (var i = 0; i < rows; i++, result += line, bits += Phase.GridWidth * words)
        {
            Filtering.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
            pass.Store(result, bits, y0);
            if (across > 1) pass.Store(result + channels, bits + words, y1);
            if (across > 2) pass.Store(result + (2 * channels), bits + (2 * words), y2);
            if (across > 3) pass.Store(result + (3 * channels), bits + (3 * words), y3);
        }

        GatheredSums.Add(part + column, begins, pass.Sum);
    }

    private struct BitPass<V> where V : unmanaged, ILanes<V>
    {
        public ushort* Bits;
        public V Slope;
        public bool Accumulate;
        public V Sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* result, nint bits, V value)
        {
            if (Accumulate) value += V.Load(result);
            if (Bits != null) value = V.Select(V.FromSigns(Bits[bits]), value, value * Slope);
            V.Store(result, value);
            Sum += value;
        }
    }

    private struct GradientPass<V> where V : unmanaged, ILanes<V>
    {
        public float* X;
        public float* Before;
        public V Mean;
        public V Scale;
        public V Shift;
        public V Slope;
        public bool Gated;
        public bool Accumulate;
        public V Sum;
        public V Product;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* result, nint at, V value)
        {
            if (Accumulate) value += V.Load(result + at);
            var centered = V.Load(X + at) - Mean;
            if (Gated)
            {
                var before = Before == null ? V.FusedMultiplyAdd(centered, Scale, Shift) : V.Load(Before + at);
                value = V.Select(V.Greater(before, V.Zero), value, value * Slope);
            }

            V.Store(result + at, value);
            Sum += value;
            Product = V.FusedMultiplyAdd(value, centered, Product);
        }
    }
}
