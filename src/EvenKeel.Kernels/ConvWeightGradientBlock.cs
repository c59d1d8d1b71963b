using System.Runtime.Intrinsics;

namespace EvenKeel.Kernels;

// What a block of pixels needs before its products: copies of both operands, and where a tap finds its pixels in them.
internal unsafe partial struct ConvWeightGradient
{
    /// <summary>Copies the input rows that the block sees to [tile][pixel][8 channels].</summary>
    /// <returns>The first of those rows, counted over all images.</returns>
    private readonly long PackInput(in Work work, long first, int pixels)
    {
        ref readonly var g = ref Geometry;
        var firstLine = first / g.OutWidth;
        var lastLine = (first + pixels - 1) / g.OutWidth;
        var firstRow = (firstLine / g.OutHeight * Plan.UsedRows)
            + Math.Clamp((firstLine % g.OutHeight * g.Stride) - g.Padding, 0, Plan.UsedRows);
        var endRow = (lastLine / g.OutHeight * Plan.UsedRows)
            + Math.Clamp((lastLine % g.OutHeight * g.Stride) - g.Padding + g.KernelHeight, 0, Plan.UsedRows);
        // Tiles whose eight channels exist are copied whole; the last ones may lie elsewhere or end with the tensor.
        var tiles = (work.EndChannel - work.FirstChannel + Shape.Rows - 1) / Shape.Rows;
        var copies = Math.Clamp((g.InChannels - MostRows - work.FirstChannel + Shape.Rows) / Shape.Rows, 0, tiles);
        nint tileRows = Shape.Rows;
        nint channels = g.InChannels;
        var tileLength = work.TileLength;
        var packed = work.Input;
        for (var row = firstRow; row < endRow; row++)
        {
            var line = (row / Plan.UsedRows * g.Height) + (row % Plan.UsedRows);
            var pixel = Input + ((nint)line * g.Width * channels);
            for (var column = 0; column < g.Width; column++, pixel += channels, packed += MostRows)
            {
                var source = pixel + work.FirstChannel;
                var tile = packed;
                for (var i = 0; i < copies; i++, source += tileRows, tile += tileLength) Vector256.Load(source).Store(tile);
                for (var i = copies; i < tiles; i++, tile += tileLength)
                {
                    var start = TileStart(work.FirstChannel + (i * Shape.Rows));
                    for (var j = 0; j < MostRows; j++) tile[j] = start + j < channels ? pixel[start + j] : 0f;
                }
            }
        }

        return firstRow;
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
        var tapRow = (tap / g.KernelWidth) - g.Padding;
        var tapColumn = (tap % g.KernelWidth) - g.Padding;

        // Columns whose input column, stride·column + tapColumn, lies inside the image.
        var firstInside = tapColumn >= 0 ? 0 : (-tapColumn + g.Stride - 1) / g.Stride;
        var endInside = g.Width <= tapColumn ? 0 : ((g.Width - 1 - tapColumn) / g.Stride) + 1;
        var column = (int)(first % g.OutWidth);
        var line = first / g.OutWidth;
        var row = (int)(line % g.OutHeight);
        var imageRow = (line / g.OutHeight * Plan.UsedRows) - firstRow;
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
                var input = (((nint)(imageRow + y) * g.Width) + x) * MostRows;
                var gradient = (i + from - column) * width;
                for (; step < end; step++, input += g.Stride * MostRows, gradient += width) *step = new(input, gradient);
            }

            i += run;
            column = 0;
            if (++row < g.OutHeight) continue;
            row = 0;
            imageRow += Plan.UsedRows;
        }

        return (int)(step - work.Steps);
    }

    // Of some output pixels the gradient, and of the input the last row they see, since pixels before them saw the others.
    // Below an image that is the next one.
    private readonly void AskFor(in Work work, long pixel, long end)
    {
        ref readonly var g = ref Geometry;
        var firstColumn = Panels.FirstColumn(work.FirstPanel);
        var endColumn = Panels.FirstColumn(work.EndPanel - 1) + Panels.Width(work.EndPanel - 1);
        for (; pixel < end; pixel++)
        {
            var gradient = Gradient + ((nint)pixel * g.OutChannels);
            for (nint c = firstColumn; c < endColumn; c += 16) Prefetch.Line(gradient + c);
            var (line, column) = Math.DivRem(pixel, g.OutWidth);
            var (image, row) = Math.DivRem(line, g.OutHeight);
            row = (row * g.Stride) - g.Padding + g.KernelHeight - 1;
            var input = Input + ((nint)((((image * g.Height) + row) * g.Width) + (column * g.Stride)) * g.InChannels);
            for (nint c = work.FirstChannel; c < work.EndChannel; c += 16) Prefetch.Line(input + c);
        }
    }
}
