using EvenKeel.Backends;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>What the machine reaches at most, measured in the same run as what is judged by it.</summary>
/// <param name="Gflops">10⁹ operations per second in registers; a multiply-add is two.</param>
/// <param name="GigabytesPerSecond">10⁹ bytes per second between main memory and processor.</param>
internal readonly record struct MachineSpeed(double Gflops, double GigabytesPerSecond)
{
    private const double MostSeconds = 0.2;

    /// <summary>Measures it now.</summary>
    /// <param name="backend">Where.</param>
    /// <param name="seconds">How long what is judged by it takes; no more is spent on either figure.</param>
    public static MachineSpeed Measure(CpuBackend backend, double seconds) =>
        new(MeasurePeak(backend, seconds), MeasureBandwidth(backend, seconds));

    /// <summary>Measures the arithmetic alone.</summary>
    /// <inheritdoc cref="Measure"/>
    public static double MeasurePeak(CpuBackend backend, double seconds) => backend.MeasurePeak(Math.Min(MostSeconds, seconds));

    /// <summary>Measures the memory alone.</summary>
    /// <inheritdoc cref="Measure"/>
    public static double MeasureBandwidth(CpuBackend backend, double seconds) => backend.MeasureBandwidth(Math.Min(MostSeconds, seconds));

    /// <summary>The better of two measurements: what else runs on the machine can only lower them.</summary>
    public static MachineSpeed Best(MachineSpeed a, MachineSpeed b) =>
        new(Math.Max(a.Gflops, b.Gflops), Math.Max(a.GigabytesPerSecond, b.GigabytesPerSecond));

    /// <summary>The least milliseconds in which work can be done: its arithmetic at the peak or its memory traffic at the
    /// bandwidth, whichever takes longer.</summary>
    public double FloorMilliseconds(double operations, double bytes) =>
        Math.Max(operations / Gflops, bytes / GigabytesPerSecond) / 1e6;
}
