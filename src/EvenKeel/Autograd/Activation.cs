namespace EvenKeel.Autograd;

/// <summary>
/// The pointwise activations that fuse into convolutions and normalizers: f(x) = x if x &gt; 0, else slope·x.
/// The derivative at exactly 0 is the slope.
/// </summary>
/// <param name="Slope">1 is the identity, 0 is ReLU.</param>
public readonly record struct Activation(float Slope)
{
    /// <summary>f(x) = x.</summary>
    public static Activation Identity => new(1f);

    /// <summary>f(x) = max(x, 0).</summary>
    public static Activation Relu => new(0f);

    /// <summary>True if nothing happens.</summary>
    public bool IsIdentity => Slope == 1f;

    /// <summary>f(x) = max(x, slope·x), 0 &lt; slope &lt; 1.</summary>
    public static Activation LeakyRelu(float slope) => new(slope);
}
