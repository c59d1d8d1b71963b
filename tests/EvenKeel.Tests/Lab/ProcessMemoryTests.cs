using EvenKeel.Kernels;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Tests.Training;

namespace EvenKeel.Tests.Lab;

/// <summary>Alone, since the memory is that of the whole process.</summary>
[Collection(nameof(AloneCollection))]
public class ProcessMemoryTests
{
    [Fact]
    public void PeakMemoryIsReadFromTheStatusFile()
    {
        Assert.Equal(1024L * 123_456, ProcessMemory.OfStatus("Name:\tdotnet\nVmPeak:\t  999999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 1 kB\n"));
        Assert.Null(ProcessMemory.OfStatus("Name:\tdotnet\n"));
        Assert.InRange(ProcessMemory.PeakResidentBytes, 10_000_000, 1L << 40);
    }

    [Fact]
    public void ForgettingLowersThePeak()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux can start the peak anew.");
        TouchAndFree(300_000_000);
        var before = ProcessMemory.PeakResidentBytes;
        ProcessMemory.Forget();
        Assert.True(ProcessMemory.PeakResidentBytes < before - 100_000_000);

        static void TouchAndFree(long bytes)
        {
            using var buffer = new AlignedBuffer(bytes / sizeof(float));
            buffer.Slice(0, (int)buffer.Length).Fill(1f);
        }
    }
}
