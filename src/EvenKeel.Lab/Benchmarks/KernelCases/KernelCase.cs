using EvenKeel.Kernels;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>One call of a kernel to time, with the least work that it takes.</summary>
/// <param name="Kernel">What it does.</param>
/// <param name="Size">Sizes in words.</param>
/// <param name="Prepare">Makes the operands and returns the call.</param>
internal sealed record KernelCase(string Kernel, string Size, Func<KernelMemory, Action<Workers>> Prepare)
{
    /// <summary>Multiply-adds times two of the direct computation; 0 for a kernel that memory limits.</summary>
    public double Operations { get; init; }

    /// <summary>Bytes that must be read or written once.</summary>
    public double Bytes { get; init; }

    /// <summary>How it is computed, where there is more than one way.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>How convolutions are computed while it runs.</summary>
    public ConvMethod Convolution { get; init; }

    /// <summary>True if arithmetic limits it, false for memory.</summary>
    public bool IsArithmetic => Operations > 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Kernel} {Size}{(Algorithm.Length == 0 ? "" : $" {Algorithm}")}";
}
