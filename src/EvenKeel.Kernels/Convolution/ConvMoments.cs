using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// Mean and variance of every channel of a convolution's result, gathered while it is stored. Each part sums
/// differences from its first pixel, d and d², as pixels pass; parts are then merged like the chunks of
/// <see cref="Moments"/>, relative to the first pixel of all.
/// </summary>
/// <remarks>A part's mean lies within its own spread of its first pixel, whatever that pixel is: with n pixels at most √n
/// deviations away. The square of that, times the rounding of a float, is what Σ d² − (Σ d)²/n can lose.</remarks>
internal unsafe struct ConvMoments : ILaneJob
{
    // First pixel, Σ d, Σ d²; and behind them the number of pixels, which a float holds up to 2²⁴.
    private const int Planes = 3;

    /// <summary>Channels, a multiple of sixteen.</summary>
    public int Channels;

    public GatheredParts Parts;

    /// <summary>Receives the means.</summary>
    public float* Mean;

    /// <summary>Receives the biased variances.</summary>
    public float* Variance;

    /// <summary>Chunks of the merge.</summary>
    public readonly int Chunks => Channels / 16;

    /// <summary>Floats of a part.</summary>
    public static nint PartLength(int channels) => (Planes * (nint)channels) + 16;

    /// <summary>Counts pixels of a part.</summary>
    /// <param name="part">The part's memory.</param>
    /// <param name="channels">All channels.</param>
    /// <param name="begins">True for its first pixels.</param>
    /// <param name="pixels">How many.</param>
    public static void Count(float* part, nint channels, bool begins, int pixels) =>
        part[Planes * channels] = begins ? pixels : part[Planes * channels] + pixels;

    /// <summary>Begins a part with its first pixel.</summary>
    public static void Begin<V>(float* part, int channels, V pixel) where V : unmanaged, ILanes<V>
    {
        V.Store(part, pixel);
        V.Store(part + channels, V.Zero);
        V.Store(part + (2 * channels), V.Zero);
    }

    /// <summary>Adds the sums of some pixels.</summary>
    public static void Add<V>(float* part, int channels, V sum, V squares) where V : unmanaged, ILanes<V>
    {
        var sums = part + channels;
        V.Store(sums, V.Load(sums) + sum);
        V.Store(sums + channels, V.Load(sums + channels) + squares);
    }

    // Compensated sums (Kahan): the number of parts grows with the batch, the error does not.
    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = Parts.Memory + (chunk * 16);
        var pivot = V.Load(first);
        V sum = V.Zero, lost = V.Zero;
        var all = 0.0;
        var part = first;
        for (var i = 0; i < Parts.Count; i++, part += Parts.PartLength)
        {
            var pixels = Pixels(i);
            all += pixels;
            var next = V.FusedMultiplyAdd(V.Load(part) - pivot, V.Splat(pixels), V.Load(part + Channels)) - lost;
            var total = sum + next;
            lost = total - sum - next;
            sum = total;
        }

        var mean = sum / V.Splat((float)all);
        sum = lost = V.Zero;
        part = first;
        for (var i = 0; i < Parts.Count; i++, part += Parts.PartLength)
        {
            var pixels = V.Splat(Pixels(i));
            var own = V.Load(part + Channels) / pixels;
            var apart = V.Load(part) - pivot + own - mean;
            var within = V.Max(V.Load(part + (2 * Channels)) - (V.Load(part + Channels) * own), V.Zero);
            var next = V.FusedMultiplyAdd(apart * apart, pixels, within) - lost;
            var total = sum + next;
            lost = total - sum - next;
            sum = total;
        }

        V.Store(Mean + (chunk * 16), pivot + mean);
        V.Store(Variance + (chunk * 16), sum / V.Splat((float)all));
    }

    private readonly float Pixels(int part) => Parts.Of(part)[Planes * (nint)Channels];
}
