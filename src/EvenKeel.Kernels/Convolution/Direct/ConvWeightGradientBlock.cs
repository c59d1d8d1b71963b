using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Direct;

// What a block of pixels needs before its products: a copy of the gradient, and where a tap finds its pixels.
internal unsafe partial struct ConvWeightGradient
{
    /// <summary>The image rows that pixels see, counted over all images.</summary>
    private readonly (long First, long End) RowsSeen(long first, int pixels)
    {
        ref readonly var g = ref Geometry;
        var firstLine = first / g.OutWidth;
        var lastLine = (first + pixels - 1) / g.OutWidth;
        var firstRow = (firstLine / g.OutHeight * g.Height)
            + Math.Clamp((firstLine % g.OutHeight * g.Stride) - g.Padding, 0, g.Height);
        var endRow = (lastLine / g.OutHeight * g.Height)
            + Math.Clamp((lastLine % g.OutHeight * g.Stride) - g.Padding + g.KernelHeight, 0, g.Height);
        return (firstRow, endRow);
    }

    private readonly float* InputRow(long row) => Input + ((nint)row * Geometry.Width * Geometry.InChannels);

    /// <summary>Copies pixels of a few channels to [pixel][row of a tile].</summary>
    private readonly void CopyInput(float* source, long pixels, float* copy)
    {
        for (var i = 0L; i < pixels; i++, source += Geometry.InChannels, copy += Shape.Rows)
        {
            for (var j = 0; j < Shape.Rows; j++) copy[j] = j < Geometry.InChannels ? source[j] : 0f;
        }
    }

    private readonly void PackGradient<R, O>(in Work work, int panel, long first, int pixels)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var width = Panels.Width(panel);
        var paddedWidth = Panels.PaddedWidth(panel);
        var source = Gradient + ((nint)first * Geometry.OutChannels) + Panels.FirstColumn(panel);
        var packed = PanelGradient(work, panel);
        for (var i = 0; i < pixels; i++, source += Geometry.OutChannels, packed += PanelStep)
            GemmStore.Copy<R, O>(source, packed, width, paddedWidth);
    }

    /// <summary>Lists the pixels of the block that see the input through this tap, in order.</summary>
    /// <returns>How many they are.</returns>
    private readonly int Locate(in Work work, int tap, long first, int pixels, long firstRow)
    {
        ref readonly var g = ref Geometry;
        nint width = PanelStep;
        var inputStep = g.Stride * InputStep;
        var tapRow = (tap / g.KernelWidth) - g.Padding;
        var tapColumn = (tap % g.KernelWidth) - g.Padding;

        // Columns whose input column, stride·column + tapColumn, lies inside the image.
        var firstInside = tapColumn >= 0 ? 0 : (-tapColumn + g.Stride - 1) / g.Stride;
        var endInside = g.Width <= tapColumn ? 0 : ((g.Width - 1 - tapColumn) / g.Stride) + 1;
        var column = (int)(first % g.OutWidth);
        var line = first / g.OutWidth;
        var row = (int)(line % g.OutHeight);
        var imageRow = (line / g.OutHeight * g.Height) - firstRow;
        var step = work.Steps;
        for (var i = 0; i < pixels;)
        {
            var run = Math.Min(g.OutWidth - column, pixels - i);
            var y = (row * g.Stride) + tapRow;
            if ((uint)y < (uint)g.Height)
            {
                var from = Math.Max(column, firstInside);
                var end = step + Math.Max(0, Math.Min(column + run, endInside) - from);
                var x = (from * g.Stride) + tapColumn;
                var input = (((nint)(imageRow + y) * g.Width) + x) * InputStep;
                var gradient = (i + from - column) * width;
                for (; step < end; step++, input += inputStep, gradient += width) *step = new(input, gradient);
            }

            i += run;
            column = 0;
            if (++row < g.OutHeight) continue;
            row = 0;
            imageRow += g.Height;
        }

        return (int)(step - work.Steps);
    }

    // A part of what the next block reads, by output pixels and by image rows that this one does not see.
    private readonly void AskFor(in Work work, in Next next, int turn, int turns)
    {
        var firstColumn = Panels.FirstColumn(work.FirstPanel);
        var endColumn = Panels.FirstColumn(work.EndPanel - 1) + Panels.Width(work.EndPanel - 1);
        Ask(
            Gradient + ((nint)next.Pixel * Geometry.OutChannels), Geometry.OutChannels, firstColumn, endColumn,
            next.Pixels * turn / turns, next.Pixels * (turn + 1) / turns);
        var pixel = next.InputPixels * turn / turns;
        for (var end = next.InputPixels * (turn + 1) / turns; pixel < end;)
        {
            var (row, column) = Math.DivRem(pixel, Geometry.Width);
            var some = Math.Min(end - pixel, Geometry.Width - column);
            Ask(InputRow(next.FirstRow + row), Geometry.InChannels, work.FirstChannel, work.EndChannel, column, column + some);
            pixel += some;
        }
    }

    private static void Ask(float* source, nint step, nint first, nint end, nint pixel, nint endPixel)
    {
        for (; pixel < endPixel; pixel++)
        {
            for (var c = first; c < end; c += 16) Prefetch.Line(source + (pixel * step) + c);
        }
    }

    /// <summary>What a block needs that the one before it does not.</summary>
    private readonly struct Next
    {
        /// <summary>First output pixel.</summary>
        public long Pixel { get; init; }

        /// <summary>Output pixels; none behind the last block.</summary>
        public int Pixels { get; init; }

        /// <summary>First image row, counted like <see cref="RowsSeen"/>.</summary>
        public long FirstRow { get; init; }

        public int InputPixels { get; init; }
    }
}
