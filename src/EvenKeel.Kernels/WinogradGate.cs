namespace EvenKeel.Kernels;

/// <summary>Where the tables and values of <see cref="GatedSums"/> are.</summary>
internal unsafe struct WinogradGate
{
    /// <summary>What was normalized; null if the result is only stored.</summary>
    public float* X;

    /// <summary>The output behind a sum; null for none.</summary>
    public float* Y;

    public float* Mean;
    public float* Scale;
    public float* Shift;
    public float Slope;
}
