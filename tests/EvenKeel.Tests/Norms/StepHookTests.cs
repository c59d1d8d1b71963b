using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Tests.Data;

namespace EvenKeel.Tests.Norms;

/// <summary>Methods around a step, beyond what the golden vectors show.</summary>
public class StepHookTests
{
    [Theory]
    [InlineData("agc", false)]
    [InlineData("agc(exemptLast=false)", true)]
    public void TheLastLinearLayerIsClippedOnRequestOnly(string scheme, bool clipsLast)
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        var before = Gradients(network, 100f);
        Assert.Single(Scheme.Parse(scheme).Hooks(network, new Sgd(network))).BeforeUpdate(new StepTime(1, 0));
        foreach (var (parameter, old) in network.Parameters.Zip(before))
        {
            var last = parameter.Name.StartsWith("dense.", StringComparison.Ordinal);
            Assert.Equal(last && !clipsLast, parameter.Value.Gradient!.ToArray().SequenceEqual(old));
        }
    }

    [Fact]
    public void SmallGradientsAreNotTouched()
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        var before = Gradients(network, 1e-7f);
        Scheme.Parse("agc(exemptLast=false)").Hooks(network, new Sgd(network))[0].BeforeUpdate(new StepTime(1, 0));
        Assert.All(network.Parameters.Zip(before), pair => Assert.Equal(pair.Second, pair.First.Value.Gradient!.ToArray()));
    }

    [Fact]
    public void NormsGrowWithTheEpochsAndDoNotMoveOtherwise()
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        var optimizer = new Sgd(network) { LearningRate = 0.1 };
        var hook = Scheme.Parse("normschedule(growth=2,every=3)").Hooks(network, optimizer)[0];
        var rows = WeightRows.Of(network, dense: true);
        float[] Norms(int layer)
        {
            rows[layer].Measure();
            return [.. rows[layer].Norms];
        }

        float[] first = Norms(0), dense = Norms(2);
        for (var epoch = 0; epoch < 7; epoch++)
        {
            Gradients(network, 1f);
            var time = new StepTime(epoch + 1, epoch, EndsEpoch: true);
            hook.BeforeUpdate(time);
            optimizer.Step();
            hook.AfterUpdate(time);
            var growth = epoch < 3 ? 1f : epoch < 6 ? 2f : 4f;
            Assert.All(Norms(0).Zip(first), pair => Assert.Equal(growth * pair.Second, pair.First, 1e-4f));
        }

        Assert.NotEqual(dense, Norms(2));
    }

    [Fact]
    public void DeadChannelsDoNotExplode()
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        var map = (LinearMap)network.Root.Children.First();
        var w = map.Weight.Stored;
        var start = w.Value.ToArray();
        for (var i = 0; i < start.Length; i += 4) start[i] = 0f;
        w.Value.CopyFrom(start);
        var recording = new NormRecording();

        // Output 0 has neither weights nor a recorded norm, output 1 has weights but no recorded norm.
        recording.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [0f, 0f, 1f, 1f], ["b"] = [1f, 1f, 1f] });
        var hook = new WeightDecayMimic.Correction(new WeightDecayMimic { MaxRatio = 3f }, network, recording);
        var optimizer = new Sgd(network) { LearningRate = 0.01 };
        Gradients(network, 1f);
        var gradient = w.Value.Gradient!.ToArray();
        hook.BeforeUpdate(new StepTime(1, 0));
        optimizer.Step();
        hook.AfterUpdate(new StepTime(1, 0));
        Assert.Equal(0f, hook.Ratios.First()[0]);
        Assert.Equal(3f, hook.Ratios.First()[1]);
        var after = w.Value.ToArray();
        for (var i = 0; i < after.Length; i += 4)
        {
            Assert.Equal(0f, after[i]);
            Assert.Equal(start[i + 1] - 0.03f * gradient[i + 1], after[i + 1], 1e-6f);
        }
    }

    [Fact]
    public void ARecordingIsReadAsItWasWritten()
    {
        using var folder = new TemporaryFolder();
        var recording = new NormRecording();
        recording.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [1f, 2f], ["b"] = [3f] });
        recording.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [4f, 5f], ["b"] = [6f] });
        recording.Save(Path.Combine(folder.Path, RecordNorms.FileName));
        var read = NormRecording.Load(folder.Path);
        Assert.Equal(2, read.Epochs);
        Assert.Equal([4f, 5f], read.Norms("a", 1).ToArray());
        Assert.Equal([3f], read.Norms("b", 0).ToArray());
        Assert.Contains("records 2 epochs", Assert.Throws<UserException>(() => read.Norms("a", 2).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("no norms of layer c", Assert.Throws<UserException>(() => read.Require("c", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("2 norms of layer a, expected 3", Assert.Throws<UserException>(() => read.Require("a", 3)).Message, StringComparison.Ordinal);
        read.Truncate(1);
        Assert.Contains("every epoch", Assert.Throws<UserException>(
            () => read.Add(new Dictionary<string, float[]>(StringComparer.Ordinal) { ["a"] = [1f, 2f] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wdmimic", "needs the norms of a run with weight decay")]
    [InlineData("wdmimic(from=/nowhere/norms.ekpt)", "no recording of norms at /nowhere/norms.ekpt")]
    [InlineData("normschedule(from=nowhere)", "no recording of norms at nowhere")]
    [InlineData("pathsgd", "layer a is a Conv2d")]
    public void WhatCannotActOnTheNetworkIsExplained(string scheme, string part)
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        var error = Assert.Throws<UserException>(() => Scheme.Parse(scheme).Hooks(network, new Sgd(network)));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static Network Make(CpuBackend backend)
    {
        var spec = new ModelSpec(new Shape(1, 6, 6, 3), 2, Scheme.Parse("none"));
        var root = new Sequential()
            .Convolution("a", spec, 3, 4, 3, 1, Activation.Relu)
            .Convolution("b", spec, 4, 3, 3, 1, Activation.Relu)
            .Add("pool", new GlobalAveragePool())
            .Dense("dense", spec, 3, 2, Activation.Identity);
        return new Network(root, new Shape(2, 6, 6, 3), backend, seed: 3);
    }

    private static float[][] Gradients(Network network, float size)
    {
        foreach (var parameter in network.Parameters)
        {
            parameter.Value.GradientBuffer!.CopyFrom([.. Enumerable.Range(0, parameter.Shape.Length).Select(i => size * (1 + i % 7))]);
            parameter.Value.HasGradient = true;
        }

        return [.. network.Parameters.Select(p => p.Value.Gradient!.ToArray())];
    }
}
