namespace EvenKeel.Tensors;

/// <summary>
/// The one place where layouts are converted: files and golden vectors hold NCHW activations, OIHW convolution
/// weights and <c>[out,in]</c> dense weights; EvenKeel computes on NHWC, HWIO and <c>[in,out]</c>.
/// </summary>
public static class Layout
{
    /// <summary>The native shape of an activation that a file holds as <c>[N,C,H,W]</c> (or <c>[N,C]</c>, unchanged).</summary>
    public static Shape ActivationShape(ReadOnlySpan<int> file) => file.Length == 4
        ? new Shape(file[0], file[2], file[3], file[1])
        : Shape.From(file);

    /// <summary>The sizes <c>[N,C,H,W]</c> (or <c>[N,C]</c>) that a file holds for a native activation.</summary>
    public static int[] ActivationFileShape(Shape native) => native.Rank == 4
        ? [native[0], native[3], native[1], native[2]]
        : native.ToArray();

    /// <summary>The native shape of a weight that a file holds as <c>[out,in,kh,kw]</c> or <c>[out,in]</c>, or of a value
    /// per element of an image, in a file <c>[C,H,W]</c>.</summary>
    /// <param name="file">Sizes in the file.</param>
    /// <param name="outputAxis">The file's axis of the outputs: 0, or 1 for a transposed convolution
    /// (<c>[in,out,kh,kw]</c>).</param>
    public static Shape WeightShape(ReadOnlySpan<int> file, int outputAxis = 0) => file.Length switch
    {
        4 => new Shape(file[2], file[3], file[1 - outputAxis], file[outputAxis]),
        2 => new Shape(file[1 - outputAxis], file[outputAxis]),
        3 => new Shape(file[1], file[2], file[0]),
        _ => Shape.From(file),
    };

    /// <summary>The sizes <c>[out,in,kh,kw]</c> or <c>[out,in]</c> that a file holds for a native weight.</summary>
    public static int[] WeightFileShape(Shape native) => native.Rank switch
    {
        4 => [native[3], native[2], native[0], native[1]],
        2 => [native[1], native[0]],
        3 => [native[2], native[0], native[1]],
        _ => native.ToArray(),
    };

    /// <summary>NCHW to NHWC.</summary>
    public static float[] ActivationFromFile(ReadOnlySpan<double> source, ReadOnlySpan<int> file)
    {
        var native = new float[source.Length];
        if (file.Length != 4)
        {
            for (var i = 0; i < native.Length; i++) native[i] = (float)source[i];
            return native;
        }

        int channels = file[1], pixels = file[2] * file[3];
        for (var n = 0; n < file[0]; n++)
            for (var c = 0; c < channels; c++)
                for (var p = 0; p < pixels; p++)
                    native[(n * pixels + p) * channels + c] = (float)source[(n * channels + c) * pixels + p];
        return native;
    }

    /// <summary>NHWC to NCHW; <paramref name="native"/> is the native shape.</summary>
    public static float[] ActivationToFile(ReadOnlySpan<float> source, Shape native)
    {
        if (native.Rank != 4) return source.ToArray();
        var file = new float[source.Length];
        int channels = native[3], pixels = native[1] * native[2];
        for (var n = 0; n < native[0]; n++)
            for (var c = 0; c < channels; c++)
                for (var p = 0; p < pixels; p++)
                    file[(n * channels + c) * pixels + p] = source[(n * pixels + p) * channels + c];
        return file;
    }

    /// <summary>OIHW to HWIO, or <c>[out,in]</c> to <c>[in,out]</c>; other ranks unchanged.</summary>
    /// <remarks>A dense weight behind a flatten has columns (c,h,w) in a file and rows (h,w,c) here: convert it as
    /// <c>[out,C,H,W]</c>.</remarks>
    /// <param name="source">The file's numbers.</param>
    /// <param name="file">Sizes in the file.</param>
    /// <param name="outputAxis">The file's axis of the outputs: 0, or 1 for a transposed convolution.</param>
    public static float[] WeightFromFile(ReadOnlySpan<double> source, ReadOnlySpan<int> file, int outputAxis = 0)
    {
        if (file.Length == 3) return ActivationFromFile(source, [1, file[0], file[1], file[2]]);
        var native = new float[source.Length];
        if (file.Length is not (2 or 4))
        {
            for (var i = 0; i < native.Length; i++) native[i] = (float)source[i];
            return native;
        }

        int outputs = file[outputAxis], inputs = file[1 - outputAxis], taps = file.Length == 4 ? file[2] * file[3] : 1;
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++)
                for (var t = 0; t < taps; t++)
                    native[(t * inputs + i) * outputs + o] = (float)source[FileIndex(o, i, t, outputs, inputs, taps, outputAxis)];
        return native;
    }

    /// <summary>HWIO to OIHW, or <c>[in,out]</c> to <c>[out,in]</c>.</summary>
    /// <param name="source">The native numbers.</param>
    /// <param name="native">The native shape.</param>
    /// <param name="outputAxis">The file's axis of the outputs: 0, or 1 for a transposed convolution.</param>
    public static float[] WeightToFile(ReadOnlySpan<float> source, Shape native, int outputAxis = 0)
    {
        if (native.Rank == 1) return source.ToArray();
        if (native.Rank == 3) return ActivationToFile(source, new Shape(1, native[0], native[1], native[2]));
        var file = new float[source.Length];
        int outputs = native.Channels, inputs = native[native.Rank - 2], taps = source.Length / (outputs * inputs);
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++)
                for (var t = 0; t < taps; t++)
                    file[FileIndex(o, i, t, outputs, inputs, taps, outputAxis)] = source[(t * inputs + i) * outputs + o];
        return file;
    }

    private static int FileIndex(int output, int input, int tap, int outputs, int inputs, int taps, int outputAxis) =>
        (outputAxis == 0 ? output * inputs + input : input * outputs + output) * taps + tap;
}
