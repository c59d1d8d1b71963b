using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Tests.Data;
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
        AllocatesNothing(() =>
        {
            for (var i = 0; i < 1000; i++) trainer.TrainStep(0, i % 10);
        });
        Assert.Equal(peak, backend.PeakBytes);
    }

    [Theory]
    [InlineData("ws(preset=timm-scaled)+bn+agc(clip=0.001)")]
    [InlineData("bwn(p=1,form=prenorm)+mobn+normschedule")]
    [InlineData("bwn(p=inf)")]
    [InlineData("sn+wdmimic(from=RECORDED)")]
    [InlineData("pathsgd")]
    [InlineData("bn(p=1)")]
    [InlineData("bn(p=topk,k=3)")]
    [InlineData("bn(round=all)")]
    [InlineData("brn(warmup=3)")]
    [InlineData("range(runs=1)")]
    [InlineData("gn(groups=1,p=1)")]
    [InlineData("ln")]
    [InlineData("evo-b0")]
    [InlineData("evo-s0(groups=1)")]
    [InlineData("bcn(groups=1)")]
    public void SmallStepsAllocateNothing(string scheme)
    {
        using var folder = new TemporaryFolder();
        var recording = new NormRecording();
        recording.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [1f, 2f, 3f, 4f] });
        recording.Save(folder.File(RecordNorms.FileName));
        scheme = scheme.Replace("RECORDED", folder.Path, StringComparison.Ordinal);
        var spec = new ModelSpec(new Shape(1, 4, 4, 2), 3, Scheme.Parse(scheme));
        var root = new Sequential();
        if (scheme == "pathsgd") root.Add("flatten", new Flatten()).Dense("a", spec, 32, 4, Activation.Relu);
        else root.Convolution("a", spec, 2, 4, 3, 1, Activation.Relu).Add("pool", new GlobalAveragePool());
        root.Dense("c", spec, 4, 3, Activation.Identity);
        using var backend = new CpuBackend(1);
        var network = new Network(root, new Shape(3, 4, 4, 2), backend, seed: 1);
        var optimizer = new Sgd(network, momentum: 0.9) { LearningRate = 1e-4 };
        var hooks = spec.Scheme.Hooks(network, optimizer);
        var pass = new Pass(network.Tape, PassMode.Train, seed: 1);
        int[] labels = [0, 1, 2];
        for (var i = 0; i < 5; i++) Step(i);
        var peak = backend.PeakBytes;
        var next = 5;
        AllocatesNothing(() =>
        {
            for (var end = next + 2000; next < end; next++) Step(next);
        });
        Assert.Equal(peak, backend.PeakBytes);

        void Step(int step)
        {
            network.Tape.Begin(recording: true);
            network.ClearGradients();
            var x = network.RentInput(labels.Length);
            backend.FillGaussian(new RandomStream(2, 0, (uint)step), 0f, 1f, x);
            network.Tape.Backward(network.Tape.SoftmaxCrossEntropy(network.Forward(pass, x), labels).Value);
            var time = new StepTime(step + 1, 0);
            for (var h = 0; h < hooks.Count; h++) hooks[h].BeforeUpdate(time);
            optimizer.Step();
            for (var h = 0; h < hooks.Count; h++) hooks[h].AfterUpdate(time);
        }
    }

    // This thread's count is exact. The whole process is counted for the threads that work along; the runtime and the test
    // runner allocate now and then on threads of their own, up to 100 kB at once. What a step allocates comes back every
    // time: one object each would be 24,000 bytes at least.
    private static void AllocatesNothing(Action thousandsOfSteps)
    {
        const long little = 12_000;
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 3 && least > little; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var here = GC.GetAllocatedBytesForCurrentThread();
            thousandsOfSteps();
            here = GC.GetAllocatedBytesForCurrentThread() - here;
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            Assert.Equal(0, here);
        }

        Assert.InRange(least, 0, little);
    }
}
