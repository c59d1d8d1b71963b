namespace EvenKeel.Kernels;

/// <summary>Where the tables and values of <see cref="GatedSums"/> are.</summary>
internal unsafe struct GradientGate
{
    /// <summary>True if the result passes the gate and is summed; false if it is only stored.</summary>
    public bool Sums;

    /// <summary>What was normalized; null if the bits tell the activation's branch.</summary>
    public float* X;

    /// <summary>A bit for each element, set where the activation's branch has slope 1; null for no activation.</summary>
    public ushort* Bits;

    /// <summary>The output behind a sum; null for none.</summary>
    public float* Y;

    public float* Mean;
    public float* Scale;
    public float* Shift;
    public float Slope;
}
