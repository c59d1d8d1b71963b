using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Fusion;

/// <summary>The sums of <see cref="GatedSums"/>, gathered while an input gradient is stored: a part of it has its own,
/// which are then added up.</summary>
internal unsafe struct GatheredSums : ILaneJob
{
    /// <summary>Channels, a multiple of sixteen.</summary>
    public int Channels;

    public GatheredParts Parts;
    public float* Rstd;

    /// <summary>Receives Σ g.</summary>
    public float* Sum;

    /// <summary>Receives Σ g·(x − mean)·rstd; null if it is not asked for.</summary>
    public float* Product;

    /// <summary>Chunks of the sum over parts.</summary>
    public readonly int Chunks => Channels / 16;

    /// <summary>Floats of a part: Σ g, and Σ g·(x − mean) if it is asked for.</summary>
    public readonly nint PartLength => (Product == null ? 1 : 2) * (nint)Channels;

    /// <summary>Adds the sum of some pixels.</summary>
    /// <param name="part">The part's memory, from the first of the channels on.</param>
    /// <param name="begins">True for the first pixels of a part.</param>
    /// <param name="sum">Σ g.</param>
    public static void Add<V>(float* part, bool begins, V sum) where V : unmanaged, ILanes<V> =>
        V.Store(part, begins ? sum : V.Load(part) + sum);

    /// <summary>Adds both sums of some pixels.</summary>
    /// <param name="part">The part's memory, from the first of the channels on.</param>
    /// <param name="channels">All channels.</param>
    /// <param name="begins">True for the first pixels of a part.</param>
    /// <param name="sum">Σ g.</param>
    /// <param name="product">Σ g·(x − mean).</param>
    public static void Add<V>(float* part, int channels, bool begins, V sum, V product) where V : unmanaged, ILanes<V>
    {
        Add(part, begins, sum);
        V.Store(part + channels, begins ? product : V.Load(part + channels) + product);
    }

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = Parts.Memory + (chunk * 16);
        V.Store(Sum + (chunk * 16), Total<V>(first));
        if (Product == null) return;
        V.Store(Product + (chunk * 16), Total<V>(first + Channels) * V.Load(Rstd + (chunk * 16)));
    }

    // Compensated (Kahan): the number of parts grows with the batch, the error does not.
    private readonly V Total<V>(float* part) where V : unmanaged, ILanes<V>
    {
        V sum = V.Zero, lost = V.Zero;
        for (var i = 0; i < Parts.Count; i++, part += Parts.PartLength)
        {
            var next = V.Load(part) - lost;
            var total = sum + next;
            lost = total - sum - next;
            sum = total;
        }

        return sum;
    }
}
