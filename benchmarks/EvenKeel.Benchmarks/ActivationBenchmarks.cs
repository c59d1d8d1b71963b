using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Benchmarks;

/// <summary>Operands of passes over an activation of 100 images of 32x32 pixels; each should take what
/// <see cref="ElementwiseBenchmarks.Add"/> takes, times its bytes over twelve.</summary>
public abstract class ActivationBenchmarks : KernelBenchmarks
{
    protected const int Batch = 100;
    protected const int Side = 32;

    /// <summary>Channels; 3 is a picture, 96 a first layer.</summary>
    [Params(3, 96)]
    public int Channels { get; set; }

    protected float[] X { get; private set; } = [];

    protected float[] Dy { get; private set; } = [];

    protected float[] Y { get; private set; } = [];

    /// <summary>Numbers above 0.5 per channel, as many as any kernel reads.</summary>
    protected float[] Table { get; private set; } = [];

    /// <summary>Results per channel.</summary>
    protected float[] Sums { get; private set; } = [];

    protected Span<float> Sum(int tables = 1) => Sums.AsSpan(0, tables * Channels);

    protected ReadOnlySpan<float> Tables(int tables = 1) => Table.AsSpan(0, tables * Channels);

    protected override void Prepare()
    {
        const int most = 16;
        var length = (long)Batch * Side * Side * Channels;
        (X, Dy, Y) = (Normal(length, 1), Normal(length, 2), new float[length]);
        (Table, Sums) = (new float[most * Channels], new float[most * Channels]);
        Noise.Uniform(Team, new RandomStream(1, 3), 0.5f, 1.5f, Table);
    }
}
