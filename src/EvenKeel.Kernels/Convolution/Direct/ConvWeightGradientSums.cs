using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Direct;

// From sums tile by tile to rows of the gradient, adding parts in order.
internal unsafe partial struct ConvWeightGradient
{
    /// <summary>Chunks in which the sums of all parts are added: a slice's tap each.</summary>
    public readonly int SumChunks => checked(Plan.Chunks / Plan.Parts * Geometry.Taps);

    /// <summary>Adds up the parts of one of <see cref="SumChunks"/>.</summary>
    public readonly void AddParts<R, O>(int chunk)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var (slice, tap) = Math.DivRem(chunk, Geometry.Taps);
        WriteSums<R, O>(SliceOf(slice, Sums + (slice * Plan.Parts * SumsLength)), tap);
    }

    private readonly void WriteSums<R, O>(in Work work, int tap)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var rows = (nint)WorkSplit.Chunks(work.EndChannel - work.FirstChannel, Shape.Rows) * Shape.Rows;
        nint before = 0;
        nint all = 0;
        for (var panel = work.FirstPanel; panel < work.EndPanel; panel++) all += rows * Panels.PaddedWidth(panel);
        for (var panel = work.FirstPanel; panel < work.EndPanel; panel++)
        {
            nint width = Panels.PaddedWidth(panel);
            var sums = work.Sums + (tap * all) + before;
            before += rows * width;
            var result = Result + ((nint)tap * Geometry.InChannels * Geometry.OutChannels) + Panels.FirstColumn(panel);
            for (var channel = work.FirstChannel; channel < work.EndChannel; channel += Shape.Rows)
            {
                var row = sums + ((channel - TileStart(channel)) * width);
                var end = Math.Min(channel + Shape.Rows, work.EndChannel);
                for (var i = channel; i < end; i++, row += width)
                    WriteRow<R, O>(row, result + ((nint)i * Geometry.OutChannels), Panels.Width(panel));
                sums += Shape.Rows * width;
            }
        }
    }

    private readonly void WriteRow<R, O>(float* sums, float* result, int columns)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var parts = Plan.Parts;
        var step = SumsLength;
        var j = 0;
        for (; j + O.Lanes <= columns; j += O.Lanes)
        {
            var value = O.Load(sums + j);
            for (var part = 1; part < parts; part++) value = O.Add(value, O.Load(sums + (part * step) + j));
            if (Accumulate) value = O.Add(O.Load(result + j), value);
            O.Store(result + j, value);
        }

        for (; j < columns; j++)
        {
            var value = sums[j];
            for (var part = 1; part < parts; part++) value += sums[(part * step) + j];
            result[j] = Accumulate ? result[j] + value : value;
        }
    }
}
