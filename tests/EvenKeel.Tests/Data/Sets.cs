using EvenKeel.Data;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Tests.Data;

/// <summary>Small made-up image sets.</summary>
internal static class Sets
{
    public static readonly string[] Classes = ["a", "b", "c"];

    /// <summary>Random bytes, labels in turn.</summary>
    public static ImageSet Random(int count, int height = 6, int width = 5, int channels = 3, ulong seed = 7)
    {
        var stream = new RandomStream(seed, 1);
        var pixels = new byte[count * height * width * channels];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)stream.Bits((ulong)i);
        var labels = new byte[count];
        for (var i = 0; i < count; i++) labels[i] = (byte)(i % 3);
        return new ImageSet("made-up", height, width, channels, pixels, labels, Classes);
    }

    /// <summary>Every pixel of image i has value i, so that images can be told apart after shuffling.</summary>
    public static ImageSet Numbered(int count, int height = 4, int width = 4)
    {
        var pixels = new byte[count * height * width];
        var labels = new byte[count];
        for (var i = 0; i < count; i++)
        {
            pixels.AsSpan(i * height * width, height * width).Fill((byte)i);
            labels[i] = (byte)(i % 3);
        }

        return new ImageSet("numbered", height, width, 1, pixels, labels, Classes);
    }
}
