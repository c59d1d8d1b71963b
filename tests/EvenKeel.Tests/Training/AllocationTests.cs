using EvenKeel.Backends;
using EvenKeel.Training;

namespace EvenKeel.Tests.Training;

/// <summary>Counts what the whole process allocates, so it runs when nothing else does.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public class AloneCollection;

[Collection(nameof(AloneCollection))]
public class AllocationTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("bn")]
    [InlineData("wn+mobn")]
    [InlineData("enorm(bn=exact)+bn")]
    public void AThousandStepsAllocateNothing(string scheme)
    {
        var spec = new RunSpec
        {
            Scheme = scheme,
            Width = 0.05,
            TrainImages = 40,
            TestImages = 0,
            Batch = 4,
            Augment = "flip+crop",
        };
        using var backend = new CpuBackend(2);
        var trainer = new Trainer(spec, TrainingData.Load(spec, "", backend.Workers), backend);
        for (var i = 0; i < 5; i++) trainer.TrainStep(0, i);
        var peak = backend.PeakBytes;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1000; i++) trainer.TrainStep(0, i % 10);

        // The runtime itself allocates a little now and then; one object a step would be 24,000 bytes at least.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 12_000);
        Assert.Equal(peak, backend.PeakBytes);
    }
}
