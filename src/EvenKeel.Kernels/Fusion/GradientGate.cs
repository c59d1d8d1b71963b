namespace EvenKeel.Kernels.Fusion;

/// <summary>Where the tables and values of <see cref="GatedSums"/> are.</summary>
internal unsafe struct GradientGate
{
    /// <summary>A gate.</summary>
    /// <param name="slope">Of the activation below zero; 1 for none.</param>
    /// <param name="x">What was normalized.</param>
    /// <param name="y">The output behind a sum.</param>
    /// <param name="bits">Bits, sixteen elements in two bytes.</param>
    /// <param name="mean">[C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    public GradientGate(float slope, float* x, float* y, float* bits, float* mean, float* scale, float* shift)
    {
        Sums = true;
        Slope = slope;
        X = x;
        Y = y;
        Bits = (ushort*)bits;
        Mean = mean;
        Scale = scale;
        Shift = shift;
    }

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
