namespace EvenKeel.Kernels;

/// <summary>How convolutions are computed.</summary>
public enum ConvMethod
{
    /// <summary>By F(4×4, 3×3) where it needs clearly fewer operations, directly elsewhere. It depends on the sizes
    /// alone.</summary>
    Auto,

    /// <summary>Directly, always.</summary>
    Direct,

    /// <summary>By F(4×4, 3×3) wherever the sizes permit it.</summary>
    Winograd,
}

/// <summary>The way convolutions are computed when none is named.</summary>
public static class ConvMethods
{
    /// <summary>The environment variable that names it: auto, direct or winograd.</summary>
    public const string Variable = "EVENKEEL_CONV";

    /// <summary>What new workers take: what <see cref="Variable"/> names, otherwise <see cref="ConvMethod.Auto"/>. Results
    /// of two methods differ in their last digits.</summary>
    /// <exception cref="ArgumentException">The variable names no method.</exception>
    public static ConvMethod Default { get; set; } = Choose(Environment.GetEnvironmentVariable(Variable));

    internal static ConvMethod Choose(string? named)
    {
        if (string.IsNullOrWhiteSpace(named)) return ConvMethod.Auto;
        foreach (var method in Enum.GetValues<ConvMethod>())
        {
            if (string.Equals(named.Trim(), method.ToString(), StringComparison.OrdinalIgnoreCase)) return method;
        }

        throw new ArgumentException($"{Variable}={named} names no way to convolve: expected auto, direct or winograd.");
    }
}
