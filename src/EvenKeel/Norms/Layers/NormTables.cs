namespace EvenKeel.Norms.Layers;

/// <summary>
/// The numbers a normalizer keeps per segment and channel while it works, on the host: a few thousand at most, against
/// millions of activations. They are scratch; what a backward pass needs again is saved in tensors.
/// </summary>
/// <param name="channels">Channels of the layer.</param>
internal sealed class NormTables(int channels)
{
    /// <summary>Parts of the batch with statistics of their own.</summary>
    public int Segments { get; private set; }

    /// <summary>Elements per segment and channel.</summary>
    public int Rows { get; private set; }

    /// <summary>Segments times channels.</summary>
    public int Count => Segments * Gamma.Length;

    /// <summary>Gain per channel; ones if there is none.</summary>
    public float[] Gamma { get; } = new float[channels];

    /// <summary>Shift per channel; zeros if there is none.</summary>
    public float[] Beta { get; } = new float[channels];

    /// <summary>Centre.</summary>
    public float[] Mean { get; private set; } = [];

    /// <summary>What the scale is made from: a variance, or a scale without ε.</summary>
    public float[] Spread { get; private set; } = [];

    /// <summary>One over the scale.</summary>
    public float[] Rstd { get; private set; } = [];

    /// <summary>Factor of the centred input.</summary>
    public float[] Scale { get; private set; } = [];

    /// <summary>What is added to it.</summary>
    public float[] Shift { get; private set; } = [];

    /// <summary>Σ g, the gradients that pass the activation.</summary>
    public float[] Sum { get; private set; } = [];

    /// <summary>Σ g·(x − mean)·rstd.</summary>
    public float[] Product { get; private set; } = [];

    /// <summary>dx = A·g − B − D·(x − mean).</summary>
    public float[] A { get; private set; } = [];

    /// <inheritdoc cref="A"/>
    public float[] B { get; private set; } = [];

    /// <inheritdoc cref="A"/>
    public float[] D { get; private set; } = [];

    /// <summary>Statistics that leave the input as it is.</summary>
    public void LeaveInput()
    {
        Array.Clear(Mean, 0, Count);
        Array.Fill(Rstd, 1f, 0, Count);
    }

    /// <summary>Makes room. Allocates only when a batch has more segments than any before.</summary>
    public void Reserve(int segments, int rows)
    {
        (Segments, Rows) = (segments, rows);
        if (Mean.Length >= Count) return;
        Mean = new float[Count];
        Spread = new float[Count];
        Rstd = new float[Count];
        Scale = new float[Count];
        Shift = new float[Count];
        Sum = new float[Count];
        Product = new float[Count];
        A = new float[Count];
        B = new float[Count];
        D = new float[Count];
    }
}
