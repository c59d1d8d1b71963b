using System.Runtime.Intrinsics.X86;

namespace EvenKeel.Kernels;

/// <summary>Which instruction width the kernels run: one source, three compilations.</summary>
public enum VectorPath
{
    /// <summary>128-bit vectors: SSE, Arm64 AdvSimd, or software where neither exists.</summary>
    Vector128 = 128,

    /// <summary>256-bit vectors: AVX2 with FMA.</summary>
    Vector256 = 256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Vector512 = 512,
}

/// <summary>What this processor can run, and what the environment asks for.</summary>
public static class VectorPaths
{
    /// <summary>The environment variable that forces a narrower path: 128, 256 or 512.</summary>
    public const string Variable = "EVENKEEL_VECTOR";

    // Avx512F.IsSupported, not Vector512.IsHardwareAccelerated: the runtime reports false for the latter on
    // processors that lower their clock for 512-bit code, where the wide tiles still win by a large margin.
    /// <summary>The paths this processor has, widest first.</summary>
    public static IReadOnlyList<VectorPath> Available { get; } =
    [
        .. Avx512F.IsSupported ? [VectorPath.Vector512] : (VectorPath[])[],
        .. Avx2.IsSupported && Fma.IsSupported ? [VectorPath.Vector256] : (VectorPath[])[],
        VectorPath.Vector128,
    ];

    /// <summary>The path used when none is named: the widest available, or the one in <see cref="Variable"/>.</summary>
    /// <exception cref="ArgumentException">The variable names a width that does not exist or that this processor
    /// lacks.</exception>
    public static VectorPath Default { get; } = Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>True if multiply-add is one instruction here; without it the kernels are many times slower.</summary>
    public static bool HasFusedMultiplyAdd =>
        Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;

    internal static VectorPath Choose(string? forced)
    {
        if (string.IsNullOrWhiteSpace(forced)) return Available[0];
        foreach (var path in Available)
        {
            if (forced.Trim() == ((int)path).ToString(System.Globalization.CultureInfo.InvariantCulture)) return path;
        }

        var widths = string.Join(", ", Available.Select(p => (int)p));
        throw new ArgumentException(
            $"{Variable}={forced} names no vector path of this processor: expected one of {widths}. " +
            "Unset the variable to use the widest.");
    }
}
