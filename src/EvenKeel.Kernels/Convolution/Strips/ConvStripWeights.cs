using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Strips;

/// <summary>Moves weights between the order of a tensor and that of strips (<see cref="ConvStrip"/>). They are few: one
/// thread does it.</summary>
internal static unsafe class ConvStripWeights
{
    /// <summary>Packs the weights of a phase: [panel][kernel column][kernel row][channel][column].</summary>
    public static void Pack(in ConvPhase phase, in GemmPanels panels, float* weights, float* packed)
    {
        nint channels = phase.SourceChannels;
        nint results = phase.ResultChannels;
        for (var panel = 0; panel < panels.Count; panel++)
        {
            var first = panels.FirstColumn(panel);
            var width = panels.Width(panel);
            for (var column = 0; column < phase.TapColumns; column++)
            {
                for (var row = 0; row < phase.TapRows; row++)
                {
                    var tap = weights + (phase.KernelTap((row * phase.TapColumns) + column) * channels * results);
                    for (nint c = 0; c < channels; c++, packed += panels.PaddedWidth(panel))
                    {
                        for (var j = 0; j < width; j++)
                            packed[j] = phase.TransposedWeights ? tap[((first + j) * channels) + c] : tap[(c * results) + first + j];
                        for (var j = width; j < panels.PaddedWidth(panel); j++) packed[j] = 0f;
                    }
                }
            }
        }
    }

    /// <summary>Adds the parts of a weight gradient in order and writes them to the tensor.</summary>
    public static void Unpack(in ConvGeometry g, ConvStripGradient job, float* result, bool accumulate)
    {
        for (var panel = 0; panel < job.Panels.Count; panel++)
        {
            var first = job.Panels.FirstColumn(panel);
            nint width = job.Panels.PaddedWidth(panel);
            var sums = job.Sums + (first * (nint)job.PaddedDepth);
            for (var column = 0; column < g.KernelWidth; column++)
            {
                for (var row = 0; row < g.KernelHeight; row++)
                {
                    var tap = result + ((((row * g.KernelWidth) + column) * (nint)g.InChannels * g.OutChannels) + first);
                    for (var c = 0; c < g.InChannels; c++, sums += width, tap += g.OutChannels)
                    {
                        for (var j = 0; j < job.Panels.Width(panel); j++)
                        {
                            var sum = accumulate ? tap[j] : 0f;
                            for (var part = 0; part < job.Chunks; part++) sum += sums[(part * job.PartLength) + j];
                            tap[j] = sum;
                        }
                    }
                }
            }
        }
    }
}
