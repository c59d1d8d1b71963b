using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class DropoutTests(WorkerGrid grid)
{
    private static readonly RandomStream Stream = new(7, 1, 2);

    [Theory]
    [InlineData(0f)]
    [InlineData(0.25f)]
    [InlineData(0.5f)]
    public void What_is_kept_follows_the_stream_forward_and_backward(float rate)
    {
        foreach (var n in Numbers.Lengths)
        {
            float[] x = Numbers.Around(1, n), before = Numbers.Around(2, n);
            var expected = PointwiseReference.Map(n, i => Stream.Uniform((ulong)i) >= rate ? x[i] / (1.0 - rate) : 0.0);
            var kept = grid.Same(n, (w, y) => Dropout.Apply(w, Stream, rate, x, y, accumulate: false));
            Numbers.Close(expected, kept, 1e-6);
            Numbers.Close(PointwiseReference.Map(n, i => expected[i] + before[i]), grid.Same(n, (w, y) =>
            {
                before.CopyTo(y, 0);
                Dropout.Apply(w, Stream, rate, x, y, accumulate: true);
            }), 1e-6);
        }
    }

    [Fact]
    public void The_share_dropped_is_the_rate_and_steps_differ()
    {
        const int Count = 1_000_000;
        var ones = new float[Count];
        Array.Fill(ones, 1f);
        float[] first = new float[Count], second = new float[Count];
        Dropout.Apply(grid.All[1], Stream, 0.3f, ones, first, accumulate: false);
        Dropout.Apply(grid.All[1], Stream with { Step = 3 }, 0.3f, ones, second, accumulate: false);
        Assert.InRange(first.Count(v => v == 0f) / (double)Count, 0.3 - 0.0023, 0.3 + 0.0023);
        var both = 0;
        for (var i = 0; i < Count; i++)
        {
            if (first[i] == 0f && second[i] == 0f) both++;
        }

        Assert.InRange(both / (double)Count, 0.09 - 0.0015, 0.09 + 0.0015);
    }

    [Fact]
    public void Rates_out_of_range_are_refused()
    {
        using var workers = new Workers(1);
        var error = Assert.Throws<ArgumentException>(() => Dropout.Apply(workers, Stream, 1f, [], [], false));
        Assert.Equal("the dropout rate is 1: expected 0 or more and less than 1.", error.Message);
    }
}
