using System.Buffers.Binary;
using System.IO.Compression;
using System.Xml.Linq;
using EvenKeel.Lab.Reports;

namespace EvenKeel.Tests.Lab;

public sealed class FigureTests
{
    private static readonly LineChart Chart = new(
        "a", "Loss", "nats", "epoch", WholeX: true,
        [
            new(0, "calm", new Curve([1, 2, 3], [3, 2, 1], [2.5, 1.5, 0.5], [3.5, 2.5, 1.5])),
            new(1, "wild", new Curve([1, 2, 3], [1, 3, 2], [1, 3, 2], [1, 3, 2])),
        ]);

    [Fact]
    public void A_figures_file_needs_no_style_sheet()
    {
        FigureFile file = FigureFile.Of(Chart.DrawWide(), "Training <loss> & more");
        XElement root = XElement.Parse(file.Svg);
        XName text = XName.Get("text", "http://www.w3.org/2000/svg");
        Assert.DoesNotContain("class=", file.Svg, StringComparison.Ordinal);
        Assert.DoesNotContain("var(", file.Svg, StringComparison.Ordinal);
        Assert.Equal("Training <loss> & more", root.Elements(text).First().Value);
        Assert.All(root.Descendants(text), item => Assert.StartsWith("#", item.Attribute("fill")!.Value, StringComparison.Ordinal));
        Assert.Contains(root.Descendants(text), item => item.Value == "wild" && item.Attribute("fill")!.Value == "#0072b2");
        Assert.All(root.Descendants(XName.Get("path", text.NamespaceName)), path => Assert.True(
            path.Attribute("fill") is not null || path.Attribute("stroke") is not null));
    }

    [Fact]
    public void The_picture_has_the_drawings_lines_in_their_colours()
    {
        using MemoryStream stream = new();
        FigureFile.Of(Chart.DrawWide(), "Loss").WritePng(stream);
        (int width, int height, byte[] pixels) = Decode(stream.ToArray());
        Assert.Equal((2 * (560 + 20), 2 * (360 + 44)), (width, height));
        (int R, int G, int B) At(int x, int y) => (pixels[3 * ((y * width) + x)], pixels[(3 * ((y * width) + x)) + 1], pixels[(3 * ((y * width) + x)) + 2]);
        Assert.Equal((255, 255, 255), At(0, 0));
        Assert.Equal((255, 255, 255), At(width - 1, height - 1));
        HashSet<(int, int, int)> seen = [.. Enumerable.Range(0, width * height).Select(i => At(i % width, i / width))];
        Assert.Contains((0x00, 0x72, 0xb2), seen);
        Assert.Contains((0x5b, 0x60, 0x68), seen);
    }

    [Fact]
    public void Outlines_cover_dots_by_their_share()
    {
        Raster raster = new(4, 3);
        raster.Fill([(1, 1), (2.5, 1), (2.5, 2), (1, 2)], (0, 0, 0), 1);
        Assert.Equal([255, 0, 128, 255], Row(raster, 1));
        Assert.Equal([255, 255, 255, 255], Row(raster, 0));

        Raster half = new(2, 1);
        half.Fill([(0, 0), (1, 0), (1, 1), (0, 1)], (0, 0, 0), 0.5);
        Assert.Equal([128, 255], Row(half, 0));
    }

    [Fact]
    public void Schemes_that_share_a_colour_differ_in_their_dashes()
    {
        LineChart chart = Chart with { Series = [Chart.Series[0], Chart.Series[1] with { Index = 8 }] };
        XElement root = XElement.Parse(FigureFile.Of(chart.DrawWide(), "Loss").Svg);
        string?[] dashes = [.. root.Descendants(XName.Get("path", root.Name.NamespaceName))
            .Where(path => path.Attribute("stroke") is not null && path.Attribute("opacity") is null)
            .Select(path => path.Attribute("stroke-dasharray")?.Value)];
        Assert.Equal([null, "4 3"], dashes.Order(StringComparer.Ordinal));

        (double, double)[][] across = [.. Dashes.Of([(0, 0), (5, 0), (5, 20)], 4, 3)];
        Assert.Equal([[(0, 0), (4, 0)], [(5, 2), (5, 6)], [(5, 9), (5, 13)], [(5, 16), (5, 20)]], across);
        (double, double)[][] corner = [.. Dashes.Of([(0, 0), (2, 0), (2, 3)], 4, 3)];
        Assert.Equal([[(0, 0), (2, 0), (2, 2)]], corner);
    }

    [Fact]
    public void Crossing_lines_of_one_shape_do_not_darken_each_other()
    {
        Raster raster = new(9, 9);
        raster.Stroke([[(0, 4.5), (9, 4.5)], [(4.5, 0), (4.5, 9)]], 1, (0, 0, 0), 0.5);
        Assert.Equal(Row(raster, 4)[0], Row(raster, 4)[4]);
        Assert.Equal(128, Row(raster, 4)[4]);
        Assert.Equal(255, Row(raster, 1)[1]);
    }

    [Fact]
    public void Nothing_is_painted_outside_the_clip()
    {
        Raster raster = new(6, 6) { Clip = (0, 0, 3, 6) };
        raster.Stroke([[(0, 3), (6, 3)]], 2, (0, 0, 0), 1);
        Assert.Equal([0, 0, 0, 255, 255, 255], Row(raster, 3));
    }

    [Fact]
    public void A_slanting_line_is_whole()
    {
        Raster raster = new(60, 20);
        raster.Stroke([[(2, 2), (58, 17)]], 2, (0, 0, 0), 1);
        for (int column = 3; column < 57; column++)
        {
            double y = 2 + ((column + 0.5 - 2) * 15 / 56);
            Assert.True(Row(raster, (int)y)[column] < 60, $"hole at column {column}");
        }
    }

    [Fact]
    public void Every_sign_that_charts_write_has_strokes_within_its_width()
    {
        const string others = "−–’“”±×…τ·‖²√≤≥→ηλµσäöüé";
        string question = Text("?");
        string ascii = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(sign => sign != '?'));
        foreach (char sign in ascii + others)
        {
            Assert.NotEqual(question, Text(sign.ToString()));
            double width = StrokeFont.Width(sign.ToString());
            Assert.All(StrokeFont.Strokes(sign.ToString()).SelectMany(stroke => stroke), point =>
            {
                Assert.InRange(point.X, 0, width + 1e-9);
                Assert.InRange(point.Y, -0.73, 0.28);
            });
        }

        Assert.Equal(question, Text("§"));
        Assert.True(StrokeFont.Width("mm") > 2 * StrokeFont.Width("m"));
    }

    private static string Text(string text) =>
        string.Join(';', StrokeFont.Strokes(text).Select(stroke => string.Join(' ', stroke)));

    private static byte[] Row(Raster raster, int row)
    {
        byte[] pixels = raster.Pixels();
        return [.. Enumerable.Range(0, raster.Width).Select(column => pixels[3 * ((row * raster.Width) + column)])];
    }

    // A reader of its own for pictures without filters.
    private static (int Width, int Height, byte[] Pixels) Decode(byte[] png)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        int height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        using MemoryStream data = new();
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                data.Write(png, at + 8, length);
            at += length + 12;
        }

        data.Position = 0;
        using ZLibStream zlib = new(data, CompressionMode.Decompress);
        byte[] rows = new byte[height * ((3 * width) + 1)];
        zlib.ReadExactly(rows);
        return (width, height, [.. rows.Where((_, i) => i % ((3 * width) + 1) != 0)]);
    }
}
