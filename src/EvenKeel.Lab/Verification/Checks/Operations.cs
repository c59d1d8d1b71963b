namespace EvenKeel.Lab.Verification.Checks;

/// <summary>The operations that golden vectors can check: one line each. Every check runs EvenKeel's own code, reads
/// all options and inputs of its case, and compares every result.</summary>
internal static class Operations
{
    /// <summary>Checks by the operation's name in the files.</summary>
    public static IReadOnlyDictionary<string, Action<GoldenCase>> All { get; } =
        new Dictionary<string, Action<GoldenCase>>(StringComparer.Ordinal)
        {
            ["conv2d"] = LinearChecks.Conv2d,
            ["dense"] = LinearChecks.Dense,
            ["max_pool2d"] = PoolChecks.Max,
            ["avg_pool2d"] = PoolChecks.Average,
            ["global_avg_pool"] = PoolChecks.GlobalAverage,
            ["leaky_relu"] = PointwiseChecks.LeakyRelu,
            ["relu"] = PointwiseChecks.Relu,
            ["flatten"] = PointwiseChecks.Flatten,
            ["softmax_cross_entropy"] = LossChecks.SoftmaxCrossEntropy,
            ["batch_norm"] = NormChecks.BatchNorm,
            ["mean_only_batch_norm"] = NormChecks.MeanOnlyBatchNorm,
            ["group_norm"] = NormChecks.GroupNorm,
            ["layer_norm"] = NormChecks.LayerNorm,
            ["rms_norm"] = NormChecks.RmsNorm,
            ["instance_norm"] = NormChecks.InstanceNorm,
            ["filter_response_norm"] = NormChecks.FilterResponseNorm,
            ["batch_renorm"] = NormChecks.BatchRenorm,
            ["evo_norm_s0"] = NormChecks.EvoNormS0,
            ["evo_norm_b0"] = NormChecks.EvoNormB0,
            ["batch_channel_norm"] = NormChecks.BatchChannelNorm,
            ["weight_norm"] = WeightNormChecks.Map,
            ["weight_norm_data_init"] = WeightNormChecks.DataInit,
            ["weight_standardization"] = WeightMapChecks.Standardization,
            ["bounded_weight_norm"] = WeightMapChecks.Bounded,
            ["spectral_norm"] = WeightMapChecks.Spectral,
            ["enorm_mlp"] = EquiNormChecks.Mlp,
            ["enorm_conv"] = EquiNormChecks.Convolutional,
            ["enorm_residual"] = EquiNormChecks.Residual,
            ["bn_fold"] = FoldChecks.BatchNorm,
            ["l1bn_fold"] = FoldChecks.ScaleBatchNorm,
            ["mobn_fold"] = FoldChecks.MeanOnlyBatchNorm,
            ["sgd"] = OptimizerChecks.Sgd,
            ["adam"] = OptimizerChecks.Adam,
            ["adamw"] = OptimizerChecks.AdamW,
            ["adamax"] = OptimizerChecks.Adamax,
            ["wd_mimic"] = StepHookChecks.WeightDecayMimic,
            ["norm_schedule"] = StepHookChecks.NormSchedule,
            ["agc"] = StepHookChecks.AdaptiveGradientClipping,
            ["train"] = TrajectoryCheck.Train,
        };
}
