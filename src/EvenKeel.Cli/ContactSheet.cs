using EvenKeel.Data;
using EvenKeel.Lab.Reports;

namespace EvenKeel.Cli;

/// <summary>A picture of a data set to look at: one row of images a class, with the class names.</summary>
internal sealed class ContactSheet
{
    private const int Gap = 4;
    private const int FontScale = 2;
    private const byte Paper = 250;
    private const byte Ink = 30;

    private readonly byte[] _pixels;

    private ContactSheet(int width, int height)
    {
        (Width, Height) = (width, height);
        _pixels = new byte[3 * width * height];
        Array.Fill(_pixels, Paper);
    }

    /// <summary>Columns of the picture.</summary>
    public int Width { get; }

    /// <summary>Rows of the picture.</summary>
    public int Height { get; }

    /// <summary>[height,width,3].</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The first so many images of each class, in class order, as indexes into a set.</summary>
    public static int[] Choose(ImageSet set, int imagesPerClass)
    {
        var chosen = Enumerable.Range(0, set.Classes.Count).Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < set.Count; i++)
        {
            if (chosen[set.Labels[i]].Count < imagesPerClass) chosen[set.Labels[i]].Add(i);
        }

        return [.. chosen.SelectMany(list => list)];
    }

    /// <summary>Lays images out.</summary>
    /// <param name="title">A line above them.</param>
    /// <param name="set">The images in class order, as <see cref="Choose"/> gives them.</param>
    /// <param name="values">Their values, [N,H,W,C].</param>
    public static ContactSheet Draw(string title, PreparedSet set, ReadOnlySpan<float> values)
    {
        var scale = Math.Max(1, 64 / Math.Max(set.Height, set.Width));
        var (cellWidth, cellHeight) = (set.Width * scale + Gap, set.Height * scale + Gap);
        var columns = set.Labels.CountBy(label => label).Max(pair => pair.Value);
        var left = set.Classes.Max(TinyFont.Width) * FontScale + 3 * Gap;
        var top = TinyFont.Height * FontScale + 4 * Gap;
        var width = Math.Max(left + columns * cellWidth + Gap, TinyFont.Width(title) * FontScale + 4 * Gap);
        var sheet = new ContactSheet(width, top + set.Classes.Count * cellHeight + Gap);
        sheet.Text(title, 2 * Gap, 2 * Gap);
        for (var label = 0; label < set.Classes.Count; label++)
        {
            var middle = top + label * cellHeight + (cellHeight - Gap - TinyFont.Height * FontScale) / 2;
            sheet.Text(set.Classes[label], 2 * Gap, middle);
        }

        var (low, high) = Range(values);
        Span<int> next = stackalloc int[256];
        for (var i = 0; i < set.Count; i++)
        {
            var row = set.Labels[i];
            sheet.Image(
                values.Slice(i * set.Size, set.Size), set, scale, low, high, left + next[row] * cellWidth, top + row * cellHeight);
            next[row]++;
        }

        return sheet;
    }

    /// <summary>Writes the picture as a PNG file.</summary>
    public void Save(string path) => WholeFile.Write(path, stream => PngFile.Write(stream, Width, Height, _pixels));

    // Values in [0, 1] are shown as they are; others are stretched so that all but the outermost 1% fit.
    private static (float Low, float High) Range(ReadOnlySpan<float> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        if (sorted[0] >= 0f && sorted[^1] <= 1f) return (0f, 1f);
        var tail = sorted.Length / 200;
        var (low, high) = (sorted[tail], sorted[^(tail + 1)]);
        return high > low ? (low, high) : (low, low + 1f);
    }

    private void Image(ReadOnlySpan<float> image, PreparedSet set, int scale, float low, float high, int left, int top)
    {
        for (var y = 0; y < set.Height * scale; y++)
        {
            for (var x = 0; x < set.Width * scale; x++)
            {
                var at = ((y / scale) * set.Width + x / scale) * set.Channels;
                for (var c = 0; c < 3; c++)
                {
                    var value = (image[at + Math.Min(c, set.Channels - 1)] - low) / (high - low);
                    _pixels[3 * ((top + y) * Width + left + x) + c] = (byte)Math.Clamp((int)(value * 255f + 0.5f), 0, 255);
                }
            }
        }
    }

    private void Text(string text, int left, int top) => TinyFont.Draw(text, (column, row) =>
    {
        for (var y = 0; y < FontScale; y++)
        {
            for (var x = 0; x < FontScale; x++)
                _pixels.AsSpan(3 * ((top + row * FontScale + y) * Width + left + column * FontScale + x), 3).Fill(Ink);
        }
    });
}
