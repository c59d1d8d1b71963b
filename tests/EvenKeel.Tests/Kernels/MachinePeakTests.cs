using EvenKeel.Kernels;
using EvenKeel.Kernels.Machine;

namespace EvenKeel.Tests.Kernels;

public sealed class MachinePeakTests
{
    public static TheoryData<VectorPath> Paths => [.. ConvCases.Paths];

    // No bound on speed: only that a number a processor can reach comes out.
    [Theory]
    [MemberData(nameof(Paths))]
    public void Arithmetic_peak_is_a_plausible_number(VectorPath path)
    {
        using var workers = new Workers(2, path);
        Assert.InRange(MachinePeak.MeasureFma(workers, seconds: 0.01), 1e-3, 1e6);
    }

    [Fact]
    public void Bandwidth_is_a_plausible_number()
    {
        using var workers = new Workers(2);
        Assert.InRange(MachinePeak.MeasureBandwidth(workers, seconds: 0), 1e-3, 1e6);
    }
}
