namespace EvenKeel.Kernels;

/// <summary>The sums of <see cref="GatedSums"/>, gathered while the tiles of an input gradient are stored: a part of the tiles
/// has its own, which are then added up.</summary>
internal unsafe struct WinogradSums : ILaneJob
{
    // Σ g, Σ g·(x − mean).
    private const int Planes = 2;

    /// <summary>Channels, a multiple of sixteen.</summary>
    public int Channels;

    public WinogradParts Parts;
    public float* Rstd;

    /// <summary>Receives Σ g.</summary>
    public float* Sum;

    /// <summary>Receives Σ g·(x − mean)·rstd.</summary>
    public float* Product;

    /// <summary>Chunks of the sum over parts.</summary>
    public readonly int Chunks => Channels / 16;

    /// <summary>Floats of a part.</summary>
    public static nint PartLength(int channels) => Planes * (nint)channels;

    /// <summary>Adds the sums of a tile.</summary>
    /// <param name="part">The part's memory, from the first of the channels on.</param>
    /// <param name="channels">All channels.</param>
    /// <param name="begins">True for the first tile of a part.</param>
    /// <param name="sum">Σ g.</param>
    /// <param name="product">Σ g·(x − mean).</param>
    public static void Add<V>(float* part, int channels, bool begins, V sum, V product) where V : unmanaged, ILanes<V>
    {
        V.Store(part, begins ? sum : V.Load(part) + sum);
        V.Store(part + channels, begins ? product : V.Load(part + channels) + product);
    }

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = Parts.Memory + (chunk * 16);
        V.Store(Sum + (chunk * 16), Total<V>(first));
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
